"""What each call sends."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import httpx
import pytest
from given_orchestrator import ASSISTANT, ENTRY, GAP, KNOWLEDGE, MATCH, RUN, STEP, given_client
from scripted_network import ScriptedNetwork

from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import ValidationError

Call = Callable[[Orchestrator], Awaitable[Any]]
BASE = "/orchestrator/v1/knowledge/kb_1"

WRITES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.assistants.create("Ada", knowledge_ids=["kb_1"], description="d"),
        "/orchestrator/v1/assistants",
        {"name": "Ada", "knowledge_ids": ["kb_1"], "description": "d"},
        ASSISTANT,
    ),
    (
        lambda c: c.knowledge.create("Shop"),
        "/orchestrator/v1/knowledge",
        {"name": "Shop"},
        KNOWLEDGE,
    ),
    (
        lambda c: c.knowledge.entries.create("kb_1", "t", "x", phrasings=["p"], source="s"),
        f"{BASE}/entries",
        {"title": "t", "text": "x", "phrasings": ["p"], "source": "s"},
        ENTRY,
    ),
    (
        lambda c: c.knowledge.gaps.answer("kb_1", "gap_1", "No.", title="Zebras?"),
        f"{BASE}/gaps/gap_1/answer",
        {"text": "No.", "title": "Zebras?"},
        GAP,
    ),
    (
        lambda c: c.knowledge.gaps.answer("kb_1", "gap_1", entry_id="entry_1"),
        f"{BASE}/gaps/gap_1/answer",
        {"entry_id": "entry_1"},
        GAP,
    ),
    (lambda c: c.knowledge.gaps.dismiss("kb_1", "gap_1"), f"{BASE}/gaps/gap_1/dismiss", {}, GAP),
]


@pytest.mark.parametrize(("call", "path", "body", "answer"), WRITES)
async def test_a_creation_or_action_is_a_post_with_a_key(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(201, json=answer))

    made = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("POST", path)
    assert network.bodies == [body]
    assert "idempotency-key" in request.headers
    assert made.id == answer["id"]


CHANGES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.assistants.update("asst_1", name="Eva"),
        "/orchestrator/v1/assistants/asst_1",
        {"name": "Eva"},
        ASSISTANT,
    ),
    (
        lambda c: c.assistants.update("asst_1", knowledge_ids=[], description=None),
        "/orchestrator/v1/assistants/asst_1",
        {"knowledge_ids": [], "description": None},
        ASSISTANT,
    ),
    (lambda c: c.knowledge.update("kb_1", "Store"), BASE, {"name": "Store"}, KNOWLEDGE),
    (
        lambda c: c.knowledge.entries.update("kb_1", "entry_1", text="x", phrasings=[]),
        f"{BASE}/entries/entry_1",
        {"text": "x", "phrasings": []},
        ENTRY,
    ),
]


@pytest.mark.parametrize(("call", "path", "body", "answer"), CHANGES)
async def test_a_change_is_a_patch_of_what_was_given(
    call: Call, path: str, body: Dict[str, Any], answer: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=answer))

    await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("PATCH", path)
    assert network.bodies == [body]


READS: List[Tuple[Call, str, Any]] = [
    (lambda c: c.assistants.get("asst_1"), "/orchestrator/v1/assistants/asst_1", ASSISTANT),
    (lambda c: c.knowledge.get("kb_1"), BASE, KNOWLEDGE),
    (lambda c: c.knowledge.entries.get("kb_1", "entry_1"), f"{BASE}/entries/entry_1", ENTRY),
    (lambda c: c.knowledge.gaps.get("kb_1", "gap_1"), f"{BASE}/gaps/gap_1", GAP),
    (lambda c: c.runs.get("run_1"), "/orchestrator/v1/runs/run_1", RUN),
]


@pytest.mark.parametrize(("call", "path", "answer"), READS)
async def test_a_read_is_a_get(call: Call, path: str, answer: Any) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=answer))

    found = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("GET", path)
    assert found.id == answer["id"]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda c: c.assistants.delete("asst_1"), "/orchestrator/v1/assistants/asst_1"),
        (lambda c: c.knowledge.delete("kb_1"), BASE),
        (lambda c: c.knowledge.entries.delete("kb_1", "entry_1"), f"{BASE}/entries/entry_1"),
    ],
)
async def test_a_deletion_answers_nothing(call: Call, path: str) -> None:
    network = ScriptedNetwork(httpx.Response(204))

    assert await call(given_client(network)) is None

    [request] = network.requests
    assert (request.method, request.url.path) == ("DELETE", path)


SEARCHES: List[Tuple[Call, str, Dict[str, Any], Dict[str, Any]]] = [
    (
        lambda c: c.assistants.search(10, 0),
        "/orchestrator/v1/assistants/search",
        {"limit": 10, "offset": 0},
        ASSISTANT,
    ),
    (
        lambda c: c.knowledge.search("Shop", cursor="c"),
        "/orchestrator/v1/knowledge/search",
        {"name": "Shop", "cursor": "c"},
        KNOWLEDGE,
    ),
    (
        lambda c: c.knowledge.search_matches("kb_1", "Open?", 5),
        f"{BASE}/search",
        {"question": "Open?", "limit": 5},
        MATCH,
    ),
    (
        lambda c: c.knowledge.entries.search("kb_1", 10),
        f"{BASE}/entries/search",
        {"limit": 10},
        ENTRY,
    ),
    (
        lambda c: c.knowledge.gaps.search("kb_1", "open", "newest"),
        f"{BASE}/gaps/search",
        {"status": "open", "order": "newest"},
        GAP,
    ),
]


@pytest.mark.parametrize(("call", "path", "body", "item"), SEARCHES)
async def test_a_search_is_a_post_without_a_key(
    call: Call, path: str, body: Dict[str, Any], item: Dict[str, Any]
) -> None:
    network = ScriptedNetwork(httpx.Response(200, json=[item]))

    found = await call(given_client(network))

    [request] = network.requests
    assert (request.method, request.url.path) == ("POST", path)
    assert network.bodies == [body]
    assert "idempotency-key" not in request.headers
    assert len(found) == 1


async def test_to_decide_changes_nothing_and_is_asked_again_after_a_lost_answer() -> None:
    verdict = {"outcome": "answer", "confidence": 0.9, "matches": [MATCH]}
    network = ScriptedNetwork(httpx.ReadTimeout("slow"), httpx.Response(200, json=verdict))

    found = await given_client(network).knowledge.decide("kb_1", "Open?")

    assert (found.outcome, found.matches[0].entry_id) == ("answer", "entry_1")
    assert [request.url.path for request in network.requests] == [f"{BASE}/decide"] * 2
    assert "idempotency-key" not in network.requests[0].headers


async def test_the_steps_of_a_run_are_a_list() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=[STEP]))

    [step] = await given_client(network).runs.list_steps("run_1")

    assert network.requests[0].url.path == "/orchestrator/v1/runs/run_1/steps"
    assert step.citations is not None
    assert step.citations[0].source == "faq.md"


async def test_what_a_newer_server_says_is_kept_as_text() -> None:
    newer = {**GAP, "status": "merged", "colour": "red"}
    step = {**STEP, "type": "thought"}
    network = ScriptedNetwork(httpx.Response(200, json=newer), httpx.Response(200, json=[step]))
    client = given_client(network)

    assert (await client.knowledge.gaps.get("kb_1", "gap_1")).status == "merged"
    assert (await client.runs.list_steps("run_1"))[0].type == "thought"


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.knowledge.create(""),
        lambda c: c.knowledge.create(" "),
        lambda c: c.knowledge.entries.create("kb_1", "t", "x" * 64_001),
        lambda c: c.knowledge.entries.create("kb_1", "t", "x", phrasings=["p"] * 101),
        lambda c: c.knowledge.decide("kb_1", ""),
        lambda c: c.knowledge.gaps.search("kb_1", "closed"),
    ],
)
async def test_what_is_out_of_its_limits_is_not_sent(call: Call) -> None:
    network = ScriptedNetwork()

    with pytest.raises(ValidationError):
        await call(given_client(network))

    assert network.requests == []


PAGED: List[Tuple[Callable[[Orchestrator, Optional[int]], Any], Dict[str, Any]]] = [
    (lambda c, limit: c.assistants.iter(limit=limit), ASSISTANT),
    (lambda c, limit: c.knowledge.iter(limit=limit), KNOWLEDGE),
    (lambda c, limit: c.knowledge.entries.iter("kb_1", limit=limit), ENTRY),
    (lambda c, limit: c.knowledge.gaps.iter("kb_1", limit=limit), GAP),
]


@pytest.mark.parametrize(("iterate", "item"), PAGED)
async def test_all_pages_are_gone_through(iterate: Any, item: Dict[str, Any]) -> None:
    network = ScriptedNetwork(
        httpx.Response(200, json=[item], headers={"X-Next-Cursor": "c1"}),
        httpx.Response(200, json=[item]),
    )

    found = [each async for each in iterate(given_client(network), 1)]

    assert len(found) == 2
    assert network.bodies == [{"limit": 1}, {"limit": 1, "cursor": "c1"}]
