"""Assistants, knowledge and runs of another organization do not exist."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from given_knowledge import given_gap
from in_process import URL, Clock, Server
from test_isolation import filled

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia_server.orchestrator.routes import ROUTERS

PREFIX = "/orchestrator/v1"
ABSENT = {
    "assistant": "asst_none",
    "knowledge": "kb_none",
    "entry": "entry_none",
    "gap": "gap_none",
    "run": "run_none",
}
BASE, OURS = "/knowledge/{knowledge}", "/knowledge/{ours}"
TEXT = {"title": "Mine?", "text": "Yes."}
REQUESTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/assistants/{assistant}", None),
    ("PATCH", "/assistants/{assistant}", {"name": "Mine"}),
    ("DELETE", "/assistants/{assistant}", None),
    ("POST", "/assistants", {"name": "Spy", "knowledge_ids": ["{knowledge}"]}),
    ("PATCH", "/assistants/{our_assistant}", {"knowledge_ids": ["{knowledge}"]}),
    ("GET", BASE, None),
    ("PATCH", BASE, {"name": "Mine"}),
    ("DELETE", BASE, None),
    ("POST", f"{BASE}/search", {"question": "What?"}),
    ("POST", f"{BASE}/decide", {"question": "What?"}),
    ("POST", f"{BASE}/entries", TEXT),
    ("POST", f"{BASE}/entries/search", {}),
    ("GET", f"{BASE}/entries/{{entry}}", None),
    ("PATCH", f"{BASE}/entries/{{entry}}", {"text": "Mine."}),
    ("DELETE", f"{BASE}/entries/{{entry}}", None),
    ("GET", f"{OURS}/entries/{{entry}}", None),
    ("PATCH", f"{OURS}/entries/{{entry}}", {"text": "Mine."}),
    ("DELETE", f"{OURS}/entries/{{entry}}", None),
    ("POST", f"{BASE}/gaps/search", {}),
    ("GET", f"{BASE}/gaps/{{gap}}", None),
    ("POST", f"{BASE}/gaps/{{gap}}/answer", {"text": "Mine."}),
    ("POST", f"{BASE}/gaps/{{gap}}/dismiss", {}),
    ("GET", f"{OURS}/gaps/{{gap}}", None),
    ("POST", f"{OURS}/gaps/{{gap}}/answer", {"text": "Mine."}),
    ("POST", f"{OURS}/gaps/{{gap}}/dismiss", {}),
    ("POST", f"{OURS}/gaps/{{our_gap}}/answer", {"entry_id": "{entry}"}),
    ("GET", "/runs/{run}", None),
    ("GET", "/runs/{run}/steps", None),
]
TABLES = ("assistants", "knowledge_bases", "knowledge_entries", "gaps", "runs", "jobs")
# What names nothing: it makes something, or lists what is one's own.
NAMELESS = {
    ("POST", "/knowledge"),
    ("POST", "/knowledge/search"),
    ("POST", "/assistants/search"),
}


@pytest.fixture
async def names(
    client: Conversations,
    other_client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
) -> dict[str, str]:
    """Ids of another organization, and our own."""
    our_gap = await given_gap(client, orchestrator, clock, server)
    session = await other_client.sessions.create("contact_1", "Jane")
    await other_client.sessions.messages.create(
        session.id, {"type": "text", "text": "Secret zebra?"}
    )
    await other_client.sessions.reply(session.id)
    await clock.settle()
    [gap] = server.rows("gaps", organization_id=server.theirs.id)
    [entry, *_] = server.rows("knowledge_entries", organization_id=server.theirs.id)
    return {
        "assistant": server.theirs.assistant_id,
        "knowledge": server.theirs.knowledge_id,
        "entry": entry["id"],
        "gap": gap["id"],
        "run": gap["run_id"],
        "ours": server.ours.knowledge_id,
        "our_gap": our_gap.id,
        "our_assistant": server.ours.assistant_id,
    }


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
async def test_an_id_of_another_organization_is_one_that_does_not_exist(
    http: httpx.AsyncClient,
    server: Server,
    names: dict[str, str],
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    before = {table: server.rows(table) for table in TABLES}
    answers: list[tuple[int, str]] = []

    for known in (names, {**names, **ABSENT}):
        content = {} if body is None else {"json": filled_deeply(body, known)}
        response = await http.request(method, PREFIX + filled(path, known), **content)
        told = response.text.replace(response.headers["x-request-id"], "")
        for name, id in known.items():
            told = told.replace(id, f"<{name}>")
        answers.append((response.status_code, told))

    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert before == {table: server.rows(table) for table in TABLES}


def filled_deeply(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, dict):
        return {key: filled_deeply(each, names) for key, each in value.items()}
    return filled(value, names)


def test_every_route_that_names_something_is_asked() -> None:
    def shape(path: str) -> str:
        return "/".join("*" if part.startswith("{") else part for part in path.split("/"))

    routes = {
        (method, shape(route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }

    assert routes - {(method, shape(path)) for method, path, _ in REQUESTS} == NAMELESS


async def test_searches_find_nothing_of_another_organization(
    orchestrator: Orchestrator, names: dict[str, str], server: Server
) -> None:
    bases = await orchestrator.knowledge.search()
    assistants = await orchestrator.assistants.search()
    gaps = await orchestrator.knowledge.gaps.search(names["ours"])

    assert [base.id for base in bases] == [names["ours"]]
    assert [assistant.id for assistant in assistants] == [server.ours.assistant_id]
    assert [gap.id for gap in gaps] == [names["our_gap"]]


@pytest.mark.parametrize(("method", "path"), sorted(NAMELESS))
async def test_who_has_no_token_is_refused(server: Server, method: str, path: str) -> None:
    async with server.http() as stranger:
        response = await stranger.request(method, URL + PREFIX + path, json={})

    assert response.status_code == 401
