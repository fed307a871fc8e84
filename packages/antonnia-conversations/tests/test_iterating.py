import httpx
from given_conversations import AGENT, MESSAGE, SESSION, given_client
from scripted_network import ScriptedNetwork

from antonnia.conversations import SyncConversations

MORE = {"X-Next-Cursor": "c1"}


async def test_sessions_are_gone_through_with_their_filters() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[SESSION], headers=MORE), httpx.Response(200, json=[SESSION])
    )

    found = [
        session
        async for session in given_client(network).sessions.iter(
            "contact_1", "open", {"a": 1}, agent_id=None, limit=1
        )
    ]

    assert len(found) == 2
    asked = {
        "contact_id": "contact_1",
        "status": "open",
        "metadata": {"a": 1},
        "agent_id": None,
        "limit": 1,
    }
    assert network.bodies == [asked, {**asked, "cursor": "c1"}]


async def test_messages_of_a_session_are_gone_through() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[MESSAGE], headers=MORE), httpx.Response(200, json=[])
    )
    messages = given_client(network).sessions.messages

    found = [
        message
        async for message in messages.iter(
            "sess_1",
            provider_message_id="p",
            replied_provider_message_id="r",
            role="user",
            order="desc",
        )
    ]

    assert len(found) == 1
    assert {request.url.path for request in network.requests} == {
        "/conversations/v2/sessions/sess_1/messages/search"
    }
    asked = {
        "provider_message_id": "p",
        "replied_provider_message_id": "r",
        "role": "user",
        "order": "desc",
    }
    assert network.bodies == [asked, {**asked, "cursor": "c1"}]


def test_agents_are_gone_through_without_await() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[AGENT], headers=MORE), httpx.Response(200, json=[AGENT])
    )
    client = SyncConversations("t", http_client=httpx.Client(transport=network))

    found = list(client.agents.iter("human", assistant_id="a", profile_id="p", limit=1))

    assert len(found) == 2
    asked = {"type": "human", "assistant_id": "a", "profile_id": "p", "limit": 1}
    assert network.bodies == [asked, {**asked, "cursor": "c1"}]
