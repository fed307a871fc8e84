"""Stopping comes to an end, whatever the storage does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from in_process import START, finish_job

from antonnia_server import jobs
from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.db import Transaction
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Runner, RunningJob

PATIENCE_SECONDS = 10


class Disk:
    """What happens before each COMMIT: while the disk is full, it fails."""

    def __init__(self) -> None:
        self.is_full = False
        self.has_refused = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, tx: Transaction) -> None:
        if self.is_full:
            # The writer has a thread of its own.
            self._loop.call_soon_threadsafe(self.has_refused.set)
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error


@pytest.fixture
async def disk() -> Disk:
    return Disk()


@pytest.fixture
def hand() -> HandClock:
    return HandClock(from_datetime(START))


@pytest.fixture
async def db(database_path: Path, hand: HandClock, disk: Disk) -> AsyncIterator[SqliteDatabase]:
    db = SqliteDatabase(database_path, hand, before_commit=disk)
    await db.start()
    yield db
    disk.is_full = False
    await db.close()


async def test_a_runner_stops_although_a_failure_cannot_be_stored(
    db: SqliteDatabase, hand: HandClock, disk: Disk, database_path: Path
) -> None:
    async def fill_the_disk_and_fail(job: RunningJob) -> None:
        disk.is_full = True
        raise RuntimeError("not yet")

    outcomes: list[str] = []
    runner = Runner(
        db,
        hand,
        [Handler("work", fill_the_disk_and_fail, max_attempts=3)],
        count=lambda _, outcome, __: outcomes.append(outcome),
    )

    async with asyncio.timeout(PATIENCE_SECONDS):
        await runner.start()
        await db.write(_schedule)
        await disk.has_refused.wait()
        await runner.stop()

    assert statuses(database_path) == ["running"]
    # No other worker took it.
    assert outcomes == ["given_back"]


async def test_what_could_not_be_stored_at_the_end_is_done_at_the_next_start(
    db: SqliteDatabase, hand: HandClock, disk: Disk, database_path: Path
) -> None:
    attempts: list[int] = []

    async def run(job: RunningJob) -> None:
        attempts.append(job.job.attempts)
        if job.job.attempts == 1:
            disk.is_full = True
            raise RuntimeError("not yet")
        await job.write(finish_job)

    handler = Handler("work", run, max_attempts=3)
    first, second = Runner(db, hand, [handler]), Runner(db, hand, [handler])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await first.start()
        await db.write(_schedule)
        await disk.has_refused.wait()
        await first.stop()
    disk.is_full = False

    async with asyncio.timeout(PATIENCE_SECONDS):
        await db.write(jobs.end_all_leases)
        await second.start()
        await second.run_until(hand, hand.now())
        await second.stop()

    assert attempts == [1, 2]
    assert statuses(database_path) == []


def _schedule(tx: Transaction) -> None:
    jobs.schedule(tx, Caller("org_1"), "work", {}, due_at=tx.now)


def statuses(path: Path) -> list[str]:
    engine = connect(path, read_only=True)
    with engine.connect() as connection:
        found = connection.scalars(sa.text("SELECT status FROM jobs WHERE name = 'work'"))
        rows = list(found)
    engine.dispose()
    return rows
