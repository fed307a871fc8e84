"""What contacts asked and nobody knew is kept, until somebody answers it."""

from __future__ import annotations

import pytest
from given_knowledge import asked, given_gap
from given_platform import (
    given_failing_session,
    given_message,
    given_person,
    given_session,
)
from in_process import QUESTION, UNANSWERABLE, Clock, HandWorker, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentImage
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import NotFoundError, ValidationError
from antonnia_server.orchestrator import engine, service
from antonnia_server.orchestrator.knowledge import service as knowledge
from antonnia_server.orchestrator.service import gaps as gap_service

TEXT = "We tune them on Tuesdays."


async def test_what_is_handed_to_a_person_becomes_a_gap(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session = await given_session(client)

    await asked(client, clock, session, UNANSWERABLE)

    [gap] = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    [run] = server.rows("runs")
    assert (gap.question, gap.times_asked, gap.status) == (UNANSWERABLE, 1, "open")
    assert (gap.session_id, gap.run_id, gap.entry_id) == (session.id, run["id"], None)
    assert gap.created_at == gap.last_asked_at == clock.now
    assert gap == await orchestrator.knowledge.gaps.get(gap.knowledge_id, gap.id)


async def test_the_same_question_again_is_counted(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    first = await given_gap(client, orchestrator, clock, server)
    await clock.advance(60)
    session = await given_session(client, "contact_2")

    await asked(client, clock, session, "  ZEBRA, quantum: harpsichord!! ")

    [gap] = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    assert (gap.id, gap.question, gap.times_asked) == (first.id, UNANSWERABLE, 2)
    assert (gap.session_id, gap.created_at) == (session.id, first.created_at)
    assert gap.last_asked_at == clock.now


async def test_what_is_answered_is_no_gap(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await asked(client, clock, await given_session(client), QUESTION)

    assert server.rows("gaps") == []


async def test_neither_a_picture_nor_a_failure_is_a_gap(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    picture = MessageContentImage(url="https://example.com/a.png")
    await client.sessions.messages.create(session.id, picture)
    await client.sessions.reply(session.id)
    failing = await given_failing_session(client, server)
    await client.sessions.reply(failing.id)

    await clock.advance(60)

    assert sorted(server.outcomes(), key=str) == [
        ("hand_off", "below_confidence"),
        ("hand_off", "run_failed"),
    ]
    assert server.rows("gaps") == []


@pytest.mark.parametrize("text", ["7", "???", "12 345"])
async def test_what_has_no_letters_is_no_gap(
    client: Conversations, clock: Clock, server: Server, text: str
) -> None:
    await asked(client, clock, await given_session(client), text)

    assert server.outcomes() == [("hand_off", "below_confidence")]
    assert server.rows("gaps") == []


async def test_a_gap_and_its_hand_off_are_written_together_or_not_at_all(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, UNANSWERABLE)
    await client.sessions.reply(session.id, 1)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    proposal = await engine.propose(job, begun)
    ana = await given_person(client)

    await client.sessions.transfer(session.id, ana.id)
    await job.write(service.finish_run, begun.run, engine.STEPS, proposal)

    assert server.rows("gaps") == []


async def test_a_gap_belongs_to_the_first_base_that_is_there(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    other = await orchestrator.knowledge.create("Other")
    gone = await orchestrator.knowledge.create("Gone")
    await orchestrator.assistants.update(
        server.ours.assistant_id, knowledge_ids=[gone.id, other.id, server.ours.knowledge_id]
    )
    await server.db.write(knowledge.delete_base, server.caller, gone.id)

    await asked(client, clock, await given_session(client), UNANSWERABLE)

    assert len(await orchestrator.knowledge.gaps.search(other.id)) == 1
    assert await orchestrator.knowledge.gaps.search(server.ours.knowledge_id) == []


async def test_a_long_question_is_kept_in_part(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await asked(client, clock, await given_session(client), "zebra " * 5000)

    [gap] = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    assert len(gap.question) == 1000


async def given_gaps(client: Conversations, clock: Clock, times_asked: dict[str, int]) -> None:
    for question, times in times_asked.items():
        for _ in range(times):
            await clock.advance(1)
            await asked(client, clock, await given_session(client), question)


async def test_the_most_asked_come_first(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await given_gaps(client, clock, {"zebra": 1, "quantum": 3, "harpsichord": 2, "banjo": 1})

    most_asked = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    newest = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id, order="newest")

    assert [gap.question for gap in most_asked] == ["quantum", "harpsichord", "banjo", "zebra"]
    assert [gap.question for gap in newest] == ["banjo", "harpsichord", "quantum", "zebra"]


@pytest.mark.parametrize("order", ["most_asked", "newest"])
async def test_pages_lead_through_all_gaps(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server, order: str
) -> None:
    await given_gaps(client, clock, {"zebra": 1, "quantum": 3, "harpsichord": 2, "banjo": 1})
    gaps = orchestrator.knowledge.gaps
    whole = await gaps.search(server.ours.knowledge_id, order=order)

    page = await gaps.search(server.ours.knowledge_id, order=order, limit=1)

    assert [gap async for gap in page.iterate_all()] == list(whole)
    assert len(whole) == 4


async def test_a_cursor_of_another_order_is_refused(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await given_gaps(client, clock, {"zebra": 1, "quantum": 1})
    gaps = orchestrator.knowledge.gaps
    page = await gaps.search(server.ours.knowledge_id, order="newest", limit=1)

    with pytest.raises(ValidationError, match="cursor"):
        await gaps.search(server.ours.knowledge_id, cursor=page.next_cursor)


async def test_the_least_asked_and_oldest_gap_makes_room(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gap_service, "MAX_GAPS", 3)
    await given_gaps(client, clock, {"zebra": 2, "quantum": 1, "harpsichord": 1})

    await given_gaps(client, clock, {"banjo": 1})

    kept = await orchestrator.knowledge.gaps.search(server.ours.knowledge_id)
    assert [gap.question for gap in kept] == ["zebra", "banjo", "harpsichord"]


async def test_closed_gaps_are_not_kept_without_end_either(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gap_service, "MAX_GAPS", 2)
    gaps = orchestrator.knowledge.gaps
    for question in ("zebra", "quantum", "harpsichord"):
        await given_gaps(client, clock, {question: 1})
        [gap] = await gaps.search(server.ours.knowledge_id)
        await gaps.dismiss(gap.knowledge_id, gap.id)

    kept = await gaps.search(server.ours.knowledge_id, "dismissed")

    assert [gap.question for gap in kept] == ["harpsichord", "quantum"]


async def test_a_gap_announces_nothing_of_its_own(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    events: RecordedEvents,
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    before = events.types

    await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, TEXT)

    assert events.types == before


async def test_the_gaps_of_a_deleted_base_are_deleted_with_it(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)

    await orchestrator.assistants.update(server.ours.assistant_id, knowledge_ids=[])

    await orchestrator.knowledge.delete(gap.knowledge_id)
    await clock.settle()

    assert server.rows("gaps") == []
    with pytest.raises(NotFoundError) as refused:
        await orchestrator.knowledge.gaps.get(gap.knowledge_id, gap.id)
    assert refused.value.code == "knowledge_not_found"
