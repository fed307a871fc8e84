"""How a run comes to its answer, one unit of work after the other."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from given_platform import (
    given_message,
    given_person,
    given_session,
    messages_of,
    texts_of_agents,
)
from in_process import (
    ANSWER,
    OTHER_ANSWER,
    OTHER_QUESTION,
    QUESTION,
    Clock,
    HandWorker,
    RecordedEvents,
    Server,
)

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentAudio, Session
from antonnia_server.conversations import service as conversations
from antonnia_server.db import Transaction
from antonnia_server.jobs import JobLost, RunningJob
from antonnia_server.jobs import service as job_service
from antonnia_server.orchestrator import engine, service
from antonnia_server.orchestrator.jobs import HANDLERS
from antonnia_server.orchestrator.knowledge import service as knowledge
from antonnia_server.orchestrator.knowledge.entry import Entry
from antonnia_server.orchestrator.service import Begun


async def given_run(
    client: Conversations, clock: Clock, worker: HandWorker, text: str = QUESTION
) -> tuple[Session, RunningJob, Begun]:
    """A run that has begun and not said anything yet."""
    session = await given_session(client)
    await given_message(client, session, text)
    await client.sessions.reply(session.id, 1)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    return session, job, begun


async def finish(job: RunningJob, begun: Begun) -> None:
    proposal = await engine.propose(job, begun)
    await job.write(service.finish_run, begun.run, engine.STEPS, proposal)


def step_types(server: Server, run_id: str) -> list[str]:
    steps = sorted(server.rows("run_steps", run_id=run_id), key=lambda step: step["index"])
    return [step["type"] for step in steps]


async def test_an_answer_cites_the_entry_that_it_repeats(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    [run] = server.rows("runs")
    assert step_types(server, run["id"]) == ["retrieval", "message"]
    [spoken] = server.rows("run_steps", type="message")
    [citation] = spoken["citations"]
    assert (citation["source"], citation["knowledge_id"]) == ("faq.md", server.ours.knowledge_id)
    assert citation["entry_id"].startswith("entry_")


async def test_a_message_names_the_run_that_wrote_it(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    [_, answer] = await messages_of(client, session)
    [run] = server.rows("runs")
    [window] = server.rows("reply_windows")
    assert answer.run_id == run["id"] == window["run_id"]
    assert (run["status"], run["trigger"], run["epoch"]) == ("completed", "reply", 1)
    assert server.rows("jobs", name="answer_session") == []


async def test_a_session_keeps_its_thread(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    for question in [QUESTION, OTHER_QUESTION]:
        await given_message(client, session, question)
        await client.sessions.reply(session.id)
        await clock.settle()

    [thread] = server.rows("threads", session_id=session.id)

    assert {run["thread_id"] for run in server.rows("runs")} == {thread["id"]}
    assert thread["answered_position"] == 3


async def test_a_message_during_a_run_is_answered_by_the_next(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await given_message(client, session, OTHER_QUESTION)
    await client.sessions.reply(session.id)
    await finish(job, begun)
    await clock.settle()

    said = await texts_of_agents(client, session)
    assert [text.partition("\n")[0] for text in said] == [ANSWER, OTHER_ANSWER]
    assert server.outcomes() == [("answer", None), ("answer", None)]
    assert [run["input_position"] for run in server.rows("runs")] == [1, 2]


async def test_two_runs_of_a_session_never_overlap(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await given_message(client, session, OTHER_QUESTION)
    await client.sessions.reply(session.id)
    during = await server.db.write(job_service.claim, 10, 15)
    await finish(job, begun)
    await clock.settle()

    assert during.jobs == []
    assert len(server.rows("runs")) == 2


async def test_an_answer_is_discarded_once_the_session_is_with_a_person(
    client: Conversations,
    clock: Clock,
    worker: HandWorker,
    server: Server,
    events: RecordedEvents,
) -> None:
    session, job, begun = await given_run(client, clock, worker)
    ana = await given_person(client)

    await client.sessions.transfer(session.id, ana.id)
    await finish(job, begun)
    await clock.settle()

    assert await texts_of_agents(client, session) == []
    assert server.outcomes() == [("silence", "agent_not_ai")]
    [run] = server.rows("runs")
    assert (run["status"], run["last_error"]) == ("cancelled", {"code": "epoch_changed"})
    assert len(events.of_type("message.created")) == 1


async def test_an_answer_is_discarded_once_the_session_is_closed(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await client.sessions.finish(session.id)
    await finish(job, begun)

    assert await texts_of_agents(client, session) == []
    assert server.outcomes() == [("silence", "session_closed")]


async def test_an_answer_is_discarded_once_the_session_waits_for_a_person(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await client.sessions.transfer(session.id, None)
    await finish(job, begun)

    assert await texts_of_agents(client, session) == []
    assert server.outcomes() == [("silence", "no_agent")]


async def test_where_a_person_spoke_the_reply_is_due_again(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)
    ana = await given_person(client)

    await given_message(client, session, "One moment", "assistant", agent_id=ana.id)
    await finish(job, begun)
    discarded = await texts_of_agents(client, session)
    await clock.settle()

    assert discarded == ["One moment"]
    assert len(await texts_of_agents(client, session)) == 2
    assert server.outcomes() == [("answer", None)]
    runs = sorted(server.rows("runs"), key=lambda run: run["id"])
    assert [(run["status"], run["epoch"]) for run in runs] == [("cancelled", 1), ("completed", 2)]


async def test_where_the_session_came_back_to_an_ai_agent_the_reply_is_due_again(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await client.sessions.transfer(session.id, None)
    await client.sessions.transfer(session.id, server.ours.agent_id)
    await finish(job, begun)
    await clock.settle()

    assert len(await texts_of_agents(client, session)) == 1
    assert server.outcomes() == [("answer", None)]


async def test_a_session_that_was_reopened_meanwhile_is_answered_anew(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await client.sessions.finish(session.id)
    await client.sessions.update(session.id, {"status": "open"})
    await finish(job, begun)
    await clock.settle()

    [run] = server.rows("runs", status="completed")
    assert run["epoch"] == 3
    assert len(await texts_of_agents(client, session)) == 1


async def test_a_change_of_metadata_does_not_discard_an_answer(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)

    await client.sessions.update(session.id, {"metadata": {"a": 1}})
    await finish(job, begun)

    assert server.outcomes() == [("answer", None)]


def _change_the_answer(tx: Transaction, server: Server) -> None:
    entries = [Entry("question", QUESTION, "Never.", source="faq.md", anchor="hours")]
    knowledge.put_entries(tx, server.caller, server.ours.knowledge_id, "faq.md", entries)


async def test_a_run_that_a_crash_left_goes_on_from_its_finished_steps(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)
    await engine.propose(job, begun)
    await server.db.write(_change_the_answer, server)

    await clock.jump(15)
    await clock.settle()

    [said] = await texts_of_agents(client, session)
    assert said.startswith(ANSWER)
    [run] = server.rows("runs")
    assert run["status"] == "completed"
    assert step_types(server, run["id"]) == ["retrieval", "message"]
    assert server.outcomes() == [("answer", None)]


async def test_a_run_that_a_crash_left_before_its_first_step_is_begun_once(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, _, begun = await given_run(client, clock, worker)

    await clock.jump(15)
    await clock.settle()

    [run] = server.rows("runs")
    assert (run["id"], run["status"]) == (begun.run.id, "completed")
    assert len(await texts_of_agents(client, session)) == 1


async def test_a_worker_that_wakes_up_late_says_nothing_twice(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    session, job, begun = await given_run(client, clock, worker)
    proposal = await engine.propose(job, begun)
    await clock.jump(15)
    await clock.settle()

    with pytest.raises(JobLost):
        await job.write(service.finish_run, begun.run, engine.STEPS, proposal)

    assert len(await texts_of_agents(client, session)) == 1


async def test_a_run_that_was_overtaken_does_not_answer_again(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    # The first job fails after its retrieval and waits for its second attempt; meanwhile another
    # reply answers, and the contact writes again.
    session, job, begun = await given_run(client, clock, worker)
    await engine.propose(job, begun)
    await server.db.write(_fail, job)
    await client.sessions.reply(session.id)
    await clock.settle()
    await given_message(client, session, OTHER_QUESTION)

    await clock.advance(60)

    said = await texts_of_agents(client, session)
    assert [text.partition("\n")[0] for text in said] == [ANSWER, OTHER_ANSWER]
    assert server.outcomes() == [("answer", None), ("answer", None)]
    [thread] = server.rows("threads")
    assert thread["answered_position"] == 3
    assert sorted(run["status"] for run in server.rows("runs")) == [
        "cancelled",
        "completed",
        "completed",
    ]


def _fail(tx: Transaction, job: RunningJob) -> None:
    job_service.fail(tx, job.job, HANDLERS[0], "the model is down")


async def test_an_answer_its_step_and_its_event_are_all_written_or_none(
    client: Conversations,
    clock: Clock,
    worker: HandWorker,
    server: Server,
    events: RecordedEvents,
) -> None:
    session, job, begun = await given_run(client, clock, worker)
    proposal = await engine.propose(job, begun)

    def finish_and_fail(tx: Transaction, caller: object, held: object) -> None:
        service.finish_run(tx, job.caller, job.job, begun.run, engine.STEPS, proposal)
        assert tx.connection.scalar(sa.text("SELECT count(*) FROM messages")) == 2
        raise RuntimeError("the power goes out")

    with pytest.raises(RuntimeError):
        await job.write(finish_and_fail)

    assert await texts_of_agents(client, session) == []
    assert step_types(server, begun.run.id) == ["retrieval"]
    assert [run["status"] for run in server.rows("runs")] == ["in_progress"]
    assert server.outcomes() == [(None, None)]
    assert len(events.of_type("message.created")) == 1


async def test_every_window_ends_exactly_once(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    _, job, begun = await given_run(client, clock, worker)
    await finish(job, begun)

    def end_again(tx: Transaction) -> None:
        session_id = job.job.arguments["session_id"]
        conversations.close_window(tx, job.caller, session_id, job.job.id, "silence")

    with pytest.raises(AssertionError, match="has ended already"):
        await server.db.write(end_again)
    assert server.outcomes() == [("answer", None)]


async def test_a_voice_message_is_answered_by_what_was_said(
    client: Conversations, clock: Clock
) -> None:
    session = await given_session(client)
    voice = MessageContentAudio(url="https://example.com/a.ogg", transcript=QUESTION)
    await client.sessions.messages.create(session.id, voice)

    await client.sessions.reply(session.id)
    await clock.settle()

    [said] = await texts_of_agents(client, session)
    assert said.startswith(ANSWER)
