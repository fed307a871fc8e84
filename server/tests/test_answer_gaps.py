"""A gap is closed with one call, and the next contact who asks is answered."""

from __future__ import annotations

import pytest
from given_knowledge import asked, given_gap
from given_platform import (
    given_session,
    texts_of_agents,
)
from in_process import ANSWER, QUESTION, UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import NotFoundError, ValidationError

TEXT = "We tune them on Tuesdays."


async def test_a_text_answers_the_next_contact_who_asks(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)

    answered = await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, TEXT)

    session = await given_session(client, "contact_2")
    await asked(client, clock, session, UNANSWERABLE)
    [said] = await texts_of_agents(client, session)
    assert said.partition("\n\nSource: ")[0] == TEXT
    assert answered.status == "answered"
    assert answered.entry_id is not None
    entry = await orchestrator.knowledge.entries.get(gap.knowledge_id, answered.entry_id)
    assert (entry.title, entry.text, entry.phrasings) == (UNANSWERABLE, TEXT, [])


async def test_a_title_keeps_the_question_as_a_phrasing(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)

    answered = await orchestrator.knowledge.gaps.answer(
        gap.knowledge_id, gap.id, TEXT, title="When are instruments tuned?"
    )

    assert answered.entry_id is not None
    entry = await orchestrator.knowledge.entries.get(gap.knowledge_id, answered.entry_id)
    assert (entry.title, entry.phrasings) == ("When are instruments tuned?", [UNANSWERABLE])
    session = await given_session(client, "contact_2")
    await asked(client, clock, session, UNANSWERABLE)
    assert (await texts_of_agents(client, session))[0].startswith(TEXT)


async def test_an_entry_that_is_there_answers_the_next_contact_who_asks(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    entries = await orchestrator.knowledge.entries.search(gap.knowledge_id)
    [hours] = [entry for entry in entries if entry.title == QUESTION]

    answered = await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, entry_id=hours.id)

    session = await given_session(client, "contact_2")
    await asked(client, clock, session, UNANSWERABLE)
    assert (await texts_of_agents(client, session))[0].startswith(ANSWER)
    assert (answered.status, answered.entry_id) == ("answered", hours.id)
    changed = await orchestrator.knowledge.entries.get(gap.knowledge_id, hours.id)
    assert changed.phrasings == [UNANSWERABLE]
    assert server.outcomes()[-1] == ("answer", None)


async def test_an_answered_gap_cannot_be_answered_or_dismissed_again(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    gaps = orchestrator.knowledge.gaps
    await gaps.answer(gap.knowledge_id, gap.id, TEXT)

    for again in (
        gaps.answer(gap.knowledge_id, gap.id, TEXT),
        gaps.dismiss(gap.knowledge_id, gap.id),
    ):
        with pytest.raises(ValidationError) as refused:
            await again
        assert refused.value.code == "gap_answered"

    entries = await orchestrator.knowledge.entries.search(gap.knowledge_id)
    assert [entry.text for entry in entries].count(TEXT) == 1


async def test_a_dismissed_gap_is_counted_and_stays_aside(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    gaps = orchestrator.knowledge.gaps

    await gaps.dismiss(gap.knowledge_id, gap.id)
    await gaps.dismiss(gap.knowledge_id, gap.id)
    await asked(client, clock, await given_session(client, "contact_2"), UNANSWERABLE)

    assert await gaps.search(gap.knowledge_id) == []
    [aside] = await gaps.search(gap.knowledge_id, "dismissed")
    assert (aside.id, aside.times_asked) == (gap.id, 2)


async def test_a_dismissed_gap_can_be_answered(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    await orchestrator.knowledge.gaps.dismiss(gap.knowledge_id, gap.id)

    answered = await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, TEXT)

    assert answered.status == "answered"


async def test_a_gap_whose_answer_is_gone_is_open_again(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    answered = await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, TEXT)
    assert answered.entry_id is not None
    await orchestrator.knowledge.entries.delete(gap.knowledge_id, answered.entry_id)

    await asked(client, clock, await given_session(client, "contact_2"), UNANSWERABLE)

    again = await orchestrator.knowledge.gaps.get(gap.knowledge_id, gap.id)
    assert (again.status, again.entry_id, again.times_asked) == ("open", None, 2)


@pytest.mark.parametrize(
    "answer",
    [{}, {"text": TEXT, "entry_id": "entry_1"}, {"entry_id": "entry_1", "title": "Tuning"}],
)
async def test_an_answer_is_a_text_or_an_entry(
    client: Conversations,
    orchestrator: Orchestrator,
    clock: Clock,
    server: Server,
    answer: dict[str, str],
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)

    with pytest.raises(ValidationError) as refused:
        await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, **answer)

    assert refused.value.code == "validation_error"


async def test_the_entry_of_another_base_is_not_found(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    other = await orchestrator.knowledge.create("Other")
    entry = await orchestrator.knowledge.entries.create(other.id, "Elsewhere?", "Here.")

    with pytest.raises(NotFoundError) as refused:
        await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, entry_id=entry.id)

    assert refused.value.code == "entry_not_found"
    assert (await orchestrator.knowledge.gaps.get(gap.knowledge_id, gap.id)).status == "open"


async def test_an_entry_with_all_its_phrasings_takes_no_more(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    entry = await orchestrator.knowledge.entries.create(
        gap.knowledge_id, "Full?", "Yes.", phrasings=[f"phrasing {n}" for n in range(100)]
    )

    with pytest.raises(ValidationError) as refused:
        await orchestrator.knowledge.gaps.answer(gap.knowledge_id, gap.id, entry_id=entry.id)

    assert refused.value.code == "entry_full"


async def test_answering_twice_with_one_key_makes_one_entry(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    gap = await given_gap(client, orchestrator, clock, server)
    gaps = orchestrator.knowledge.gaps

    first = await gaps.answer(gap.knowledge_id, gap.id, TEXT, idempotency_key="k1")
    again = await gaps.answer(gap.knowledge_id, gap.id, TEXT, idempotency_key="k1")

    assert first == again
    assert (await orchestrator.knowledge.get(gap.knowledge_id)).entries == 3
