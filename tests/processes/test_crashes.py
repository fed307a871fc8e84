"""Processes on one PostgreSQL, and it itself, die or stand still under load: nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from figures import Figures
from fleet import Fleet, Member, running_fleet
from postgres_process import PostgresProcess
from processes.striking import (
    LATEST_MICROSECONDS,
    Story,
    lateness,
    live_through,
    pause_in_the_middle,
    report,
    until_taken_over,
)
from server_process import microseconds
from stored import Stored

ONLY_SERVES = "--no-jobs"


async def test_a_killed_server_loses_nothing_that_it_acknowledged(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=["", ""]) as fleet:

        async def kill_one(story: Story, number: int) -> None:
            server = fleet.servers[number % 2]
            await server.kill()
            story.note(server.lives[-1].ended_at)
            await server.start()

        story, stored = await live_through(fleet, kill_one)

    assert story.repeated, "no request was cut off: nothing was proven"
    check_lateness(story, stored)
    assert fleet.complaints() == []
    print(report("servers killed", story, stored))


async def test_another_worker_ends_what_a_killed_one_had_begun(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[ONLY_SERVES], workers=2) as fleet:

        async def kill_one(story: Story, number: int) -> None:
            worker = fleet.workers[number % 2]
            held = await pause_in_the_middle(url, worker)
            struck_at = microseconds()
            await worker.kill()
            story.note(struck_at, held)
            await until_taken_over(url, held)
            await worker.start()

        story, stored = await live_through(fleet, kill_one)

    check_that_the_held_ended(story, stored)
    check_lateness(story, stored)
    assert fleet.complaints() == []
    print(report("workers killed", story, stored))


async def test_a_worker_that_wakes_up_late_writes_nothing(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[ONLY_SERVES], workers=2) as fleet:

        async def pause_one(story: Story, number: int) -> None:
            worker = fleet.workers[number % 2]
            held = await pause_in_the_middle(url, worker)
            story.note(microseconds(), held)
            await until_taken_over(url, held)
            worker.resume()

        story, stored = await live_through(fleet, pause_one)

    check_that_the_held_ended(story, stored)
    check_lateness(story, stored)
    assert fenced_out(fleet), "nobody woke up late: nothing was proven"
    assert tracebacks(fleet) == []
    print(report("workers paused", story, stored))


async def test_a_killed_postgresql_loses_nothing_that_was_acknowledged(
    url: str, postgres: PostgresProcess, tmp_path: Path
) -> None:
    async with running_fleet(url, tmp_path, servers=[ONLY_SERVES], workers=1) as fleet:

        async def kill_it(story: Story, number: int) -> None:
            struck_at = microseconds()
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
            story.note(struck_at)

        story, stored = await live_through(fleet, kill_it)
        outcomes = await outcomes_of_jobs(fleet.workers[0])

    check_lateness(story, stored)
    # A job is not at fault when its database dies, however often.
    assert outcomes <= {"done", "given_back", "lost"}
    assert tracebacks(fleet) == []
    print(report("PostgreSQL killed", story, stored))


def check_that_the_held_ended(story: Story, stored: Stored) -> None:
    ended = {window["id"] for window in stored.windows}
    assert story.held & ended, "nobody was struck in the middle of a run: nothing was proven"


def check_lateness(story: Story, stored: Stored) -> None:
    latest = max(stored.windows, key=lambda window: lateness(story, window))
    assert lateness(story, latest) < LATEST_MICROSECONDS, (latest, story.strikes)


async def outcomes_of_jobs(worker: Member) -> set[str]:
    """What became of the jobs that a worker has had."""
    async with httpx.AsyncClient(base_url=worker.base_url) as anyone:
        figures = Figures((await anyone.get("/metrics")).text)
    return {labels["outcome"] for labels in figures.labels("antonnia_job_seconds_count")}


def tracebacks(fleet: Fleet) -> list[str]:
    """Mistakes of ours. That the database is away, or a lease is over, is said in one line."""
    return [line for line in fleet.complaints() if line.startswith("Traceback")]


def fenced_out(fleet: Fleet) -> list[str]:
    """What workers have said that woke up too late."""
    lines = (line for worker in fleet.workers for line in worker.log())
    return [line for line in lines if "was taken over by another worker" in line]
