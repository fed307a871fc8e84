"""What is sent twice, or by two at once, takes effect once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from given_knowledge import asked, given_gap
from given_platform import given_message, given_session, problem_of
from in_process import UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import ValidationError
from antonnia.orchestrator.types import Gap

PREFIX = "/orchestrator/v1"
TABLES = ("assistants", "knowledge_bases", "knowledge_entries", "gaps")
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("/assistants", {"name": "Bob"}),
    ("/knowledge", {"name": "Shop"}),
    ("/knowledge/{base}/entries", {"title": "Open?", "text": "Yes."}),
    ("/knowledge/{base}/gaps/{gap}/answer", {"text": "Yes."}),
    ("/knowledge/{base}/gaps/{gap}/dismiss", {}),
]


@pytest.mark.parametrize(("path", "body"), WRITES)
async def test_the_same_request_again_answers_what_the_first_answered(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    http: httpx.AsyncClient,
    path: str,
    body: dict[str, Any],
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    url = PREFIX + path.format(base=gap.knowledge_id, gap=gap.id)
    first = await http.post(url, json=body, headers={"idempotency-key": "k1"})
    stored = {table: server.rows(table) for table in TABLES}

    again = await http.post(url, json=body, headers={"idempotency-key": "k1"})
    other = await http.post(url, json={**body, "title": "x"}, headers={"idempotency-key": "k1"})

    assert first.is_success, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert problem_of(other)[0] == 422
    assert stored == {table: server.rows(table) for table in TABLES}


@pytest.mark.parametrize("path", ["/knowledge/{base}/search", "/knowledge/{base}/decide"])
async def test_a_question_ignores_a_key(http: httpx.AsyncClient, server: Server, path: str) -> None:
    url = PREFIX + path.format(base=server.ours.knowledge_id)

    answers = [
        await http.post(url, json={"question": question}, headers={"idempotency-key": "k1"})
        for question in ("Open?", "Closed?")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert server.rows("idempotency_keys") == []


async def test_of_two_answers_at_once_one_makes_an_entry(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    gaps = orchestrator.knowledge.gaps

    answers = await asyncio.gather(
        *(gaps.answer(gap.knowledge_id, gap.id, f"Answer {n}.") for n in range(5)),
        return_exceptions=True,
    )

    [closed] = [answer for answer in answers if isinstance(answer, Gap)]
    refused = [answer for answer in answers if isinstance(answer, ValidationError)]
    assert [refusal.code for refusal in refused] == ["gap_answered"] * 4
    entries = await orchestrator.knowledge.entries.search(gap.knowledge_id)
    assert [entry.id for entry in entries if entry.title == UNANSWERABLE] == [closed.entry_id]


async def test_contacts_who_ask_the_same_at_once_are_all_counted(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    sessions = [await given_session(client, f"contact_{n}") for n in range(8)]
    for session in sessions:
        await given_message(client, session, UNANSWERABLE)

    await asyncio.gather(*(client.sessions.reply(session.id) for session in sessions))
    await clock.settle()

    [gap] = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    assert gap.times_asked == 8


async def test_a_failed_answer_leaves_neither_entry_nor_change(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    http: httpx.AsyncClient,
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    stored = {table: server.rows(table) for table in TABLES}
    url = f"{PREFIX}/knowledge/{gap.knowledge_id}/gaps/{gap.id}/answer"

    refused = await http.post(url, json={"text": "x" * 64_001})

    assert problem_of(refused) == (422, "validation_error")
    assert stored == {table: server.rows(table) for table in TABLES}
    await asked(client, clock, await given_session(client), UNANSWERABLE)
    assert (await orchestrator.knowledge.gaps.get(gap.knowledge_id, gap.id)).times_asked == 2
