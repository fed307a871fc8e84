"""A run that fails: what its next attempts and its end do where the world has changed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from given_platform import (
    given_failing_session,
    given_message,
    given_person,
    take_assistant,
    texts_of_agents,
)
from in_process import ANSWER, Clock, HandWorker, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import Session
from antonnia_server.db import Transaction
from antonnia_server.jobs import RunningJob
from antonnia_server.jobs import service as job_service
from antonnia_server.orchestrator import service
from antonnia_server.orchestrator.jobs import HANDLERS
from antonnia_server.orchestrator.service import FAILURE_TEXT

PATIENCE_SECONDS = 20
PERSONS_TEXT = "I am looking into it."

Move = Callable[[Conversations, Session], Awaitable[object]]


async def a_person_writes(client: Conversations, session: Session) -> None:
    ana = await given_person(client)
    await given_message(client, session, PERSONS_TEXT, "assistant", agent_id=ana.id)


async def the_session_waits_for_a_person_and_comes_back(
    client: Conversations, session: Session
) -> None:
    assert session.agent is not None
    await client.sessions.transfer(session.id, None)
    await client.sessions.transfer(session.id, session.agent.id)


async def the_session_is_closed_and_reopened(client: Conversations, session: Session) -> None:
    await client.sessions.finish(session.id)
    await client.sessions.update(session.id, {"status": "open"})


async def test_a_run_that_fails_at_last_says_nothing_after_a_person_has_written(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        await client.sessions.reply(session.id)
        await clock.settle()

        await a_person_writes(client, session)
        await clock.advance(60)

        assert await texts_of_agents(client, session) == [PERSONS_TEXT]
        assert (await client.sessions.get(session.id)).agent == session.agent
        assert server.outcomes() == [("silence", "epoch_changed")]
        assert events.of_type("session.transferred") == []


async def test_the_job_of_a_run_that_was_overtaken_by_a_person_is_parked(
    client: Conversations, clock: Clock, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        await client.sessions.reply(session.id)
        await clock.settle()

        await a_person_writes(client, session)
        await clock.advance(60)

        [job] = server.rows("jobs", name="answer_session")
        assert (job["status"], job["attempts"]) == ("parked", 3)
        assert "kb_gone" in job["last_error"]
        assert server.rows("runs", status="in_progress") == []


@pytest.mark.parametrize(
    "move",
    [
        a_person_writes,
        the_session_waits_for_a_person_and_comes_back,
        the_session_is_closed_and_reopened,
    ],
)
async def test_a_last_attempt_during_which_the_epoch_moves_says_nothing(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server, move: Move
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        await client.sessions.reply(session.id)
        last = await given_last_attempt(clock, worker)

        await move(client, session)
        await server.db.write(_fail, last)

        assert FAILURE_TEXT not in await texts_of_agents(client, session)
        assert (await client.sessions.get(session.id)).agent == session.agent
        assert server.outcomes() == [("silence", "epoch_changed")]
        [job] = server.rows("jobs", name="answer_session")
        assert job["status"] == "parked"


async def test_an_overtaken_run_does_not_stand_in_the_way_of_the_next_reply(
    client: Conversations, clock: Clock, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        await client.sessions.reply(session.id)
        await clock.settle()
        await a_person_writes(client, session)
        await clock.advance(60)
        assert session.agent is not None
        await client.agents.update(session.agent.id, assistant_id=server.ours.assistant_id)

        await client.sessions.reply(session.id)
        await clock.settle()

        said = await texts_of_agents(client, session)
        assert [text.partition("\n")[0] for text in said] == [PERSONS_TEXT, ANSWER]
        assert server.outcomes() == [("silence", "epoch_changed"), ("answer", None)]


async def test_a_run_whose_assistant_is_gone_at_its_next_attempt_is_ended(
    client: Conversations, clock: Clock, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        assert session.agent is not None
        await client.sessions.reply(session.id)
        await clock.settle()
        before = [run["status"] for run in server.rows("runs")]

        await take_assistant(server, session.agent.id)
        await clock.advance(1)

        assert before == ["in_progress"]
        assert server.outcomes() == [("hand_off", "assistant_not_found")]
        assert await texts_of_agents(client, session) == [FAILURE_TEXT]
        [run] = server.rows("runs")
        assert run["status"] in {"failed", "cancelled"}


async def test_a_run_whose_agent_has_another_assistant_at_its_next_attempt_is_begun_anew(
    client: Conversations, clock: Clock, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_failing_session(client, server)
        assert session.agent is not None
        await client.sessions.reply(session.id)
        await clock.settle()

        await client.agents.update(session.agent.id, assistant_id=server.ours.assistant_id)
        await clock.advance(1)

        [said] = await texts_of_agents(client, session)
        assert said.startswith(ANSWER)
        assert server.outcomes() == [("answer", None)]
        [answering] = server.rows("runs", assistant_id=server.ours.assistant_id)
        [other] = [run for run in server.rows("runs") if run["id"] != answering["id"]]
        assert answering["status"] == "completed"
        assert other["status"] in {"failed", "cancelled"}


async def given_last_attempt(clock: Clock, worker: HandWorker) -> RunningJob:
    """The third attempt of the one reply, which has begun its run and not failed yet."""
    # The attempts are at 0, 1 and 3 seconds.
    await clock.advance(2)
    await clock.jump(1)
    job = await worker.claim()
    begun = await job.write(service.begin_run)
    assert begun is not None
    return job


def _fail(tx: Transaction, job: RunningJob) -> None:
    job_service.fail(tx, job.job, HANDLERS[0], "the model is down")
