import inspect
from typing import Any

import httpx
import pytest
from given_conversations import AGENT, MESSAGE, SESSION, given_client
from scripted_network import ScriptedNetwork, problem

from antonnia.conversations import Conversations, SyncConversations, raw
from antonnia.conversations._sync import raw as sync_raw
from antonnia.conversations.exceptions import NotFoundError
from antonnia.core import Page


async def test_a_session_comes_with_its_answer() -> None:
    headers = {"X-Request-Id": "req_1"}
    network = ScriptedNetwork(
        httpx.Response(200, json=SESSION, headers=headers), httpx.Response(200, json=SESSION)
    )
    client = given_client(network)

    answer = await client.sessions.with_raw_response.get("sess_1")

    assert (answer.status_code, answer.request_id) == (200, "req_1")
    assert answer.parse() == await client.sessions.get("sess_1")


async def test_searches_and_deletions_have_answers_too() -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[MESSAGE], headers={"X-Next-Cursor": "c1"}),
        httpx.Response(204),
    )
    client = given_client(network)

    found = await client.sessions.messages.with_raw_response.search("sess_1", limit=1)
    deleted = await client.agents.with_raw_response.delete("agent_1")

    page = found.parse()
    assert isinstance(page, Page)
    assert page.next_cursor == found.headers["x-next-cursor"] == "c1"
    assert deleted.status_code == 204
    assert deleted.parse() is None


async def test_errors_are_raised_as_usual() -> None:
    client = given_client(ScriptedNetwork(problem(404, "session_not_found")))

    with pytest.raises(NotFoundError):
        await client.sessions.with_raw_response.get("sess_1")


def test_the_sync_view_answers_without_await() -> None:
    network = ScriptedNetwork(httpx.Response(201, json=AGENT))
    client = SyncConversations("t", http_client=httpx.Client(transport=network))

    answer = client.agents.with_raw_response.create("Ana", "human", profile_id="p1")

    assert answer.status_code == 201
    assert answer.parse().id == "agent_1"


@pytest.mark.parametrize(
    ("client", "views"),
    [(Conversations("t"), raw), (SyncConversations("t"), sync_raw)],
    ids=["async", "sync"],
)
def test_a_view_has_every_call_of_its_resource_with_the_same_parameters(
    client: Any, views: Any
) -> None:
    for resource in (client.sessions, client.sessions.messages, client.agents):
        name = type(resource).__name__
        is_twin = name.startswith("Sync")
        view = getattr(views, f"SyncRaw{name[4:]}" if is_twin else f"Raw{name}")

        assert calls_of(view) == {
            call: parameters
            for call, parameters in calls_of(type(resource)).items()
            if call != "iter"
        }


def calls_of(resource: Any) -> dict:
    return {
        name: [str(parameter) for parameter in inspect.signature(method).parameters.values()]
        for name, method in inspect.getmembers(resource, inspect.isfunction)
        if not name.startswith("_")
    }
