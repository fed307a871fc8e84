"""Giving a job up: what happens where that fails too."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator

import pytest
from in_process import START, Place, Server, Template, finish_job, storing

from antonnia_server import jobs
from antonnia_server.clock import SECOND, HandClock, from_datetime
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, Runner, RunningJob

PATIENCE_SECONDS = 10


@pytest.fixture
async def server(template: Template, database: Place) -> AsyncIterator[Server]:
    """Only the database: the runner here is the tests' own."""
    async with storing(database, template, HandClock(from_datetime(START))) as server:
        yield server


@pytest.fixture
def ran() -> list[str]:
    """The labels of the jobs that came to their end."""
    return []


@pytest.fixture
async def runner(server: Server, ran: list[str]) -> AsyncIterator[Runner]:
    """One whose jobs named `broken` fail, and fail again when they are given up."""

    async def fail(job: RunningJob) -> None:
        raise RuntimeError("not yet")

    async def fail_for_a_file(job: RunningJob) -> None:
        raise OSError(os.fsdecode(b"shop-\xff.md") + " cannot be read")

    async def run(job: RunningJob) -> None:
        await job.write(finish_job)
        ran.append(job.job.arguments["label"])

    def give_up(tx: Transaction, caller: Caller, job: Job, error: str) -> None:
        jobs.schedule(tx, caller, "whole", {"label": "of the broken one"}, due_at=tx.now)
        raise LookupError("nobody to tell")

    handlers = [
        Handler("broken", fail, max_attempts=2, give_up=give_up),
        Handler("unspeakable", fail_for_a_file, max_attempts=1),
        Handler("whole", run, max_attempts=1),
    ]
    runner = Runner(server.db, server.hand, handlers)
    await runner.start()
    yield runner
    async with asyncio.timeout(PATIENCE_SECONDS):
        await runner.stop()


async def test_a_job_that_cannot_be_given_up_is_parked_with_its_error(
    runner: Runner, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await schedule(server, "broken", "a")
        await advance(runner, server, 60)

    [job] = server.rows("jobs", name="broken")
    assert (job["status"], job["attempts"]) == ("parked", 2)
    assert "not yet" in job["last_error"]


async def test_a_job_that_cannot_be_given_up_sets_its_lock_free(
    runner: Runner, server: Server, ran: list[str]
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await schedule(server, "broken", "a", lock_key="session")
        await advance(runner, server, 60)
        await schedule(server, "whole", "b", lock_key="session")
        await advance(runner, server, 0)

    assert "b" in ran
    assert server.rows("jobs", status="running") == []


async def test_nothing_is_kept_of_a_giving_up_that_failed(
    runner: Runner, server: Server, ran: list[str]
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await schedule(server, "broken", "a")
        await advance(runner, server, 60)

    [job] = server.rows("jobs", name="broken")
    assert job["status"] == "parked"
    assert ran == []
    assert server.rows("jobs", name="whole") == []


async def test_an_error_that_is_not_quite_text_is_stored_all_the_same(
    runner: Runner, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    # The report of a test cannot hold it.
    caplog.set_level(logging.CRITICAL, "antonnia.jobs")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await schedule(server, "unspeakable", "a")
        await advance(runner, server, 0)

    [job] = server.rows("jobs", name="unspeakable")
    assert job["status"] == "parked"
    assert job["last_error"] == "OSError: shop-\\udcff.md cannot be read"


async def schedule(server: Server, name: str, label: str, **keys: str) -> None:
    def work(tx: Transaction) -> None:
        jobs.schedule(tx, server.caller, name, {"label": label}, due_at=tx.now, **keys)

    await server.db.write(work)


async def advance(runner: Runner, server: Server, seconds: float) -> None:
    await runner.run_until(server.hand, server.hand.now() + round(seconds * SECOND))
