"""The runner wakes by itself when something becomes due, whatever else waits or runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from antonnia_server import jobs
from antonnia_server.clock import SECOND, Clock, SystemClock
from antonnia_server.db import Transaction
from antonnia_server.db.migrate import migrate
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, Runner, RunningJob

PATIENCE_SECONDS = 5


class SlowRunner:
    """A clock by which a second passes from the runner's look at the jobs to its falling asleep."""

    def now(self) -> int:
        # Transactions are in the writer's thread, the runner is in the main one.
        is_runner = threading.current_thread() is threading.main_thread()
        return SystemClock().now() + (SECOND if is_runner else 0)


async def test_a_job_that_becomes_due_while_the_runner_looks_is_not_slept_through(
    tmp_path: Path,
) -> None:
    ran = asyncio.Event()

    async def run(job: RunningJob) -> None:
        await job.write(_finish)
        ran.set()

    async with given_runner(tmp_path, SlowRunner(), {"soon": run}) as db:
        await db.write(_schedule, "soon", in_seconds=0.2)

        async with asyncio.timeout(PATIENCE_SECONDS):
            await ran.wait()


async def test_a_job_that_waits_for_a_lock_does_not_hide_when_the_next_is_due(
    tmp_path: Path,
) -> None:
    begun, may_end, ran = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run_long(job: RunningJob) -> None:
        begun.set()
        await may_end.wait()
        await job.write(_finish)

    async def run_soon(job: RunningJob) -> None:
        await job.write(_finish)
        ran.set()

    handlers = {"long": run_long, "soon": run_soon}
    async with given_runner(tmp_path, SystemClock(), handlers) as db:
        await db.write(_schedule, "long", lock_key="session")
        await begun.wait()
        await db.write(_schedule, "long", lock_key="session")
        await db.write(_schedule, "soon", in_seconds=0.1)

        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await ran.wait()
        finally:
            may_end.set()


@asynccontextmanager
async def given_runner(
    directory: Path, clock: Clock, handlers: dict[str, Callable[[RunningJob], Awaitable[None]]]
) -> AsyncGenerator[SqliteDatabase]:
    """A database with a runner at work on it."""
    engine = connect(directory / "jobs.db")
    migrate(engine)
    engine.dispose()
    db = SqliteDatabase(directory / "jobs.db", clock)
    await db.start()
    runner = Runner(
        db, clock, [Handler(name, run, max_attempts=1) for name, run in handlers.items()]
    )
    await runner.start()
    try:
        yield db
    finally:
        await runner.stop()
        await db.close()


def _schedule(
    tx: Transaction, name: str, *, in_seconds: float = 0, lock_key: str | None = None
) -> None:
    due_at = tx.now + round(in_seconds * SECOND)
    jobs.schedule(tx, Caller("org_1"), name, {}, due_at=due_at, lock_key=lock_key)


def _finish(tx: Transaction, caller: Caller, job: Job) -> None:
    jobs.finish(tx, job)
