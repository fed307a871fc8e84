import httpx
import pytest
from given_conversations import AGENT, MESSAGE, SESSION
from scripted_network import ScriptedNetwork, problem

from antonnia.conversations import SyncConversations
from antonnia.conversations.exceptions import APITimeoutError, ServerError, ValidationError
from antonnia.conversations.types import MessageContentText


def given_sync_client(network: ScriptedNetwork) -> SyncConversations:
    client = SyncConversations(
        "tok_secret", "https://api.test", http_client=httpx.Client(transport=network)
    )
    client._transport.sender.sleep = network.sleep_sync
    return client


def test_the_quick_start_without_await() -> None:
    network = ScriptedNetwork(
        httpx.Response(201, json=SESSION),
        httpx.Response(201, json=MESSAGE),
        httpx.Response(200, json=SESSION),
        httpx.Response(200, json=[MESSAGE]),
    )

    with given_sync_client(network) as client:
        session = client.sessions.create("user_12345", "John Doe", metadata={"priority": "high"})
        client.sessions.messages.create(session.id, MessageContentText(type="text", text="Hello"))
        client.sessions.reply(session_id=session.id)
        messages = client.sessions.messages.search(session_id=session.id, limit=10)

    assert [message.id for message in messages] == ["msg_1"]


def test_retries_keep_their_key() -> None:
    network = ScriptedNetwork(
        httpx.ReadTimeout("slow"),
        httpx.Response(429, headers={"Retry-After": "2"}),
        httpx.Response(201, json=SESSION),
    )

    given_sync_client(network).sessions.create("c", "n")

    assert len(set(network.sent("idempotency-key"))) == 1
    assert network.sleeps[1] == 2.0


def test_errors_are_the_same() -> None:
    timeouts = [httpx.ReadTimeout("slow") for _ in range(3)]
    network = ScriptedNetwork(*timeouts, problem(500, "internal_error"))
    client = given_sync_client(network)

    with pytest.raises(APITimeoutError):
        client.sessions.get("sess_1")
    with pytest.raises(ServerError):
        client.sessions.get("sess_1")
    with pytest.raises(ValidationError):
        client.sessions.reply("sess_1", 61)


def test_all_pages_are_gone_through() -> None:
    more = {"X-Next-Cursor": "c1"}
    network = ScriptedNetwork(
        httpx.Response(200, json=[AGENT], headers=more), httpx.Response(200, json=[AGENT])
    )

    page = given_sync_client(network).agents.search()

    assert len(list(page.iterate_all())) == 2
    assert network.bodies == [{}, {"cursor": "c1"}]
