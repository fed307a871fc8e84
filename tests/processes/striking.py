"""What may happen to one of many processes, and how long whatever it was at then stays undone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies, check_what_the_api_shows
from crash.attempts import Journal
from crash.load import Load, given_load
from fleet import LEASE_SECONDS, Fleet, Member
from scale import CRASH_PG_ROUNDS
from server_process import microseconds
from stored import Row, Stored, until_every_window_has_ended

# How long the load goes on before a strike, and after it, in seconds.
SHORTEST, LONGEST = 0.3, 1.2
# What a process was at that is silent is taken over when its lease has ended, and soon.
LATEST_MICROSECONDS = (LEASE_SECONDS + 2) * 1_000_000
# How long a job has to stay as it is to be one of the process that stands still.
STILL_SECONDS = 0.25


@dataclass
class Story:
    """What was asked, what was struck and what it held then."""

    journal: Journal = field(default_factory=Journal)
    # When each strike came, and from when on everything could go on again.
    strikes: list[tuple[int, int]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    repeated: int = 0

    def note(self, struck_at: int, held: Iterable[Claim] = ()) -> None:
        """A strike whose consequences end now, by themselves."""
        self.strikes.append((struck_at, microseconds()))
        self.held |= {job_id for job_id, _ in held}


Strike = Callable[[Story, int], Awaitable[None]]
# A job, and its fencing token: who is at a job once more has another one.
Claim = tuple[str, int]


async def live_through(
    fleet: Fleet, strike: Strike, rounds: int = CRASH_PG_ROUNDS
) -> tuple[Story, Stored]:
    """Strike again and again under load, and check all that has to hold afterwards."""
    story = Story()
    load = await given_load(fleet, story.journal)
    for number in range(rounds):
        await _round(fleet, load, story, strike(story, number))
    await until_every_window_has_ended(fleet.url, within_seconds=60)
    stored = Stored(fleet.url)
    states = check_consistency(stored)
    check_acknowledged(story.journal, stored, states)
    check_replies(story.journal, stored)
    return story, stored


async def _round(fleet: Fleet, load: Load, story: Story, strike: Awaitable[None]) -> None:
    first = len(story.journal.attempts)

    async def strike_in_between() -> None:
        await story.journal.until_acknowledged(20)
        await asyncio.sleep(random.uniform(SHORTEST, LONGEST))
        await strike
        await asyncio.sleep(random.uniform(SHORTEST, LONGEST))

    await load.run_beside(asyncio.create_task(strike_in_between()))
    async with fleet.client(max_retries=3) as client:
        story.repeated += await story.journal.repeat_what_was_not_answered(client, since=first)
        await check_what_the_api_shows(client, story.journal.attempts[first:])


async def pause_in_the_middle(url: str, victim: Member) -> set[Claim]:
    """Stop a process that is at some jobs; which ones."""
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            victim.pause()
            before = running_jobs(connection)
            await asyncio.sleep(STILL_SECONDS)
            held = before & running_jobs(connection)
            if held:
                return held
            victim.resume()
            await asyncio.sleep(random.uniform(0, 0.05))


async def until_taken_over(url: str, held: set[Claim]) -> None:
    """Until none of these claims holds any more."""
    with psycopg.connect(url, autocommit=True) as connection:
        async with asyncio.timeout(10 * LEASE_SECONDS):
            while held & running_jobs(connection):  # noqa: ASYNC110  # others end them
                await asyncio.sleep(0.02)


def running_jobs(connection: psycopg.Connection[Any]) -> set[Claim]:
    query = "SELECT id, fencing_token FROM jobs WHERE status = 'running'"
    return set(connection.execute(query).fetchall())


def lateness(story: Story, window: Row) -> int:
    """How long after the moment from which on it could end the window has ended."""
    over = (end for begin, end in story.strikes if end <= window["closed_at"])
    return int(window["closed_at"]) - max([window["due_at"], *over])


def report(name: str, story: Story, stored: Stored) -> str:
    acknowledged = sum(attempt.is_acknowledged for attempt in story.journal.attempts)
    latest = max(lateness(story, window) for window in stored.windows)
    survivors = [w for w in stored.windows if w["id"] in story.held]
    return (
        f"\n{name}: {len(story.strikes)} rounds, {acknowledged:,} acknowledged writes, "
        f"{story.repeated:,} cut off and repeated, {len(stored.events):,} events, "
        f"{len(stored.windows):,} windows, {len(survivors)} of them in the hands of the struck, "
        f"none ended later than {latest / 1e6:.1f} s"
    )
