"""Why an assistant said what it said: the run behind a message, and its steps."""

from __future__ import annotations

import pytest
from given_knowledge import asked
from given_platform import given_failing_session, given_session
from in_process import ANSWER, QUESTION, UNANSWERABLE, Clock, Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.exceptions import NotFoundError
from antonnia.orchestrator.types import Citation


async def test_a_message_leads_to_its_run_and_to_what_was_found(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await asked(client, clock, session, QUESTION)
    [answer] = await client.sessions.messages.search(session.id, role="assistant")
    assert answer.run_id is not None

    run = await orchestrator.runs.get(answer.run_id)
    retrieval, message = await orchestrator.runs.list_steps(answer.run_id)

    assert (run.status, run.trigger, run.input_position) == ("completed", "reply", 1)
    assert (run.assistant_id, run.organization_id) == (server.ours.assistant_id, server.ours.id)
    assert run.started_at == run.finished_at == clock.now
    assert [(step.index, step.type) for step in (retrieval, message)] == [
        (0, "retrieval"),
        (1, "message"),
    ]
    assert retrieval.input == {"question": QUESTION}
    assert retrieval.output is not None
    [match] = retrieval.output["matches"]
    assert (retrieval.output["outcome"], match["text"]) == ("answer", ANSWER)
    assert retrieval.output["confidence"] == match["confidence"]
    assert message.citations == [
        Citation(
            knowledge_id=server.ours.knowledge_id,
            entry_id=match["entry_id"],
            title=QUESTION,
            source="faq.md",
        )
    ]


async def test_a_hand_off_says_why(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    await asked(client, clock, await given_session(client), UNANSWERABLE)
    [run] = server.rows("runs")

    retrieval, spoken = await orchestrator.runs.list_steps(run["id"])

    assert retrieval.output is not None
    assert retrieval.output["reason"] == "below_confidence"
    assert (spoken.type, spoken.citations) == ("hand_off", [])


async def test_a_failed_run_says_what_failed(
    client: Conversations, orchestrator: Orchestrator, clock: Clock, server: Server
) -> None:
    session = await given_failing_session(client, server)
    await client.sessions.reply(session.id)
    await clock.advance(60)
    [row] = server.rows("runs")

    run = await orchestrator.runs.get(row["id"])

    assert run.status == "failed"
    assert run.last_error is not None
    assert "kb_gone" in run.last_error["message"]
    assert await orchestrator.runs.list_steps(run.id) == []


async def test_a_run_that_is_not_there_is_refused(orchestrator: Orchestrator) -> None:
    for missing in (orchestrator.runs.get("run_none"), orchestrator.runs.list_steps("run_none")):
        with pytest.raises(NotFoundError) as refused:
            await missing
        assert refused.value.code == "run_not_found"
