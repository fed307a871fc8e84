"""The lease of a worker that died ends: its job is taken over then, whatever else happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from given_platform import given_message, given_session, texts_of_agents
from in_process import (
    ANSWER,
    QUESTION,
    START,
    Clock,
    HandWorker,
    Place,
    Server,
    Template,
    finish_job,
    open_database,
    open_engine,
    storing,
)

from antonnia.conversations import Conversations
from antonnia_server import jobs
from antonnia_server.clock import SECOND, HandClock, SystemClock, from_datetime
from antonnia_server.db import Database, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Runner, RunningJob
from antonnia_server.jobs import service as job_service
from antonnia_server.jobs.tables import jobs as jobs_table

PATIENCE_SECONDS = 10


@pytest.fixture
def database(database: Place) -> Place:
    """A database in which nothing waits: the jobs are those that a test makes."""
    engine = open_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.delete(jobs_table))
    engine.dispose()
    return database


async def test_the_runner_wakes_by_itself_when_a_lease_ends(database: Place) -> None:
    ran = asyncio.Event()

    async def run(job: RunningJob) -> None:
        await job.write(finish_job)
        ran.set()

    async with opened(database) as db, at_work(db, Handler("left", run, max_attempts=3)):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await db.write(_schedule_and_claim, lease_seconds=1)

            await ran.wait()


async def test_a_clock_that_is_moved_stops_where_a_lease_ends(
    database: Place, template: Template
) -> None:
    hand = HandClock(from_datetime(START))
    ran: list[float] = []

    async def run(job: RunningJob) -> None:
        ran.append((hand.now() - from_datetime(START)) / SECOND)
        await job.write(finish_job)

    async with storing(database, template, hand) as server:
        handler = Handler("left", run, max_attempts=3)
        runner = Runner(server.db, hand, [handler])

        async with asyncio.timeout(PATIENCE_SECONDS):
            await runner.start()
            await server.db.write(_schedule_and_claim, lease_seconds=15)
            await runner.run_until(hand, hand.now() + 100 * SECOND)
            await runner.stop()

    assert ran == [15]


async def test_moving_the_clock_past_the_end_of_a_lease_runs_what_was_left(
    client: Conversations, clock: Clock, worker: HandWorker, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_session(client)
        await given_message(client, session, QUESTION)
        await client.sessions.reply(session.id, 1)
        await clock.jump(1)
        await worker.claim()

        await clock.advance(14.999)
        before = await texts_of_agents(client, session)
        await clock.advance(0.001)

        [said] = await texts_of_agents(client, session)
    assert before == []
    assert said.startswith(ANSWER)
    assert server.outcomes() == [("answer", None)]


async def test_a_clock_that_is_set_forward_does_not_run_a_job_twice(
    database: Place, template: Template
) -> None:
    hand = HandClock(from_datetime(START))
    ran: list[str] = []
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_long(job: RunningJob) -> None:
        ran.append("long")
        begun.set()
        await may_end.wait()
        await job.write(finish_job)

    async def take_no_time(job: RunningJob) -> None:
        ran.append("short")
        await job.write(finish_job)
        may_end.set()

    async with storing(database, template, hand) as server, asyncio.timeout(PATIENCE_SECONDS):
        handlers = [Handler("long", take_long, max_attempts=3)]
        handlers.append(Handler("short", take_no_time, max_attempts=3))
        runner = Runner(server.db, hand, handlers)
        await runner.start()
        await server.db.write(_schedule, "long")
        await begun.wait()

        hand.move_to(hand.now() + 86_400 * SECOND)
        # The runner looks at all jobs again for it.
        await server.db.write(_schedule, "short")
        await may_end.wait()
        await runner.stop()

        assert ran == ["long", "short"]
        assert server.rows("jobs") == []


def _schedule(tx: Transaction, name: str) -> None:
    jobs.schedule(tx, Caller("org_1"), name, {}, due_at=tx.now)


def _schedule_and_claim(tx: Transaction, *, lease_seconds: int) -> None:
    """Another worker takes a job before the runner can see it, and is not heard of again."""
    jobs.schedule(tx, Caller("org_1"), "left", {}, due_at=tx.now)
    [_] = job_service.claim(tx, 10, lease_seconds).jobs


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Database]:
    db = open_database(place, SystemClock())
    await db.start()
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def at_work(db: Database, handler: Handler) -> AsyncIterator[None]:
    runner = Runner(db, SystemClock(), [handler])
    await runner.start()
    try:
        yield
    finally:
        await runner.stop()
