"""Commits come in any order, from many processes, some of which die: the log has no gap."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from fleet import running_fleet
from scale import RELAY_EVENTS

from antonnia_server import ids
from antonnia_server.clock import SystemClock
from antonnia_server.db import Transaction
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.later_work import numbering
from antonnia_server.settings import PostgresLimits

HOLDING = Path(__file__).with_name("holding_numbering.py")
WRITERS = 16
READERS = 4
# How long a unit stays open after it has announced, at most.
LONGEST_UNIT_SECONDS = 0.02
MOST_IN_A_UNIT = 8
PATIENCE_SECONDS = 60
OURS = Caller("org_of_this_test")


class Thing(NamedTuple):
    """What happened to something; each event has one of its own."""

    id: str

    def model_dump_json(self) -> str:
        return f'{{"id":"{self.id}"}}'


async def test_who_follows_the_log_reads_each_event_once_and_in_order(
    url: str, tmp_path: Path
) -> None:
    delays: list[float] = []
    async with (
        running_fleet(url, tmp_path, servers=["--no-jobs"] * 2, workers=2) as fleet,
        opened(url) as db,
        numbering(db, delays.append),
    ):
        reading = [asyncio.create_task(follow(db)) for _ in range(READERS)]
        writing = asyncio.create_task(write_all(db))
        lost = []
        while not writing.done():
            async with holding(url, idle_seconds=PATIENCE_SECONDS) as positions:
                lost.append(positions)
        written = await writing
        read = await asyncio.gather(*reading)
        assert fleet.complaints() == []

    for log in read:
        assert sorted(log) == sorted(written)
        assert log == read[0]
    delays.sort()
    print(
        f"\n{len(written):,} events, {len(lost)} processes killed that had numbered {sum(lost)} of "
        f"them; from commit to position: median {1000 * delays[len(delays) // 2]:.1f} ms, "
        f"of 99 in 100 up to {1000 * delays[len(delays) * 99 // 100]:.0f} ms"
    )
    if not any(lost):
        pytest.skip("no gap and no repeat, but nobody was killed who had numbered anything")


async def test_who_stands_still_while_it_numbers_is_thrown_out(url: str, tmp_path: Path) -> None:
    async with (
        running_fleet(url, tmp_path, servers=["--no-jobs"]),
        opened(url) as db,
        numbering(db),
        holding(url, idle_seconds=1),
    ):
        event_id = await write_one(db)
        log = await follow(db, until=1)

    assert log == [event_id]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresDatabase]:
    db = PostgresDatabase(url, SystemClock(), PostgresLimits(writers=WRITERS + 1))
    await db.start()
    try:
        yield db
    finally:
        await db.close()


async def write_all(db: PostgresDatabase) -> list[str]:
    """Announce from many units at once, which are committed in any order."""
    left = RELAY_EVENTS
    written: list[str] = []

    async def write_some() -> None:
        nonlocal left
        while left > 0:
            count = min(left, random.randint(1, MOST_IN_A_UNIT))
            left -= count
            written.extend(await db.write(announce, count))

    await asyncio.gather(*(write_some() for _ in range(WRITERS)))
    return written


async def write_one(db: PostgresDatabase) -> str:
    [event_id] = await db.write(announce, 1)
    return event_id


def announce(tx: Transaction, count: int) -> list[str]:
    things = [Thing(ids.new("thing")) for _ in range(count)]
    for thing in things:
        events.publish(tx, OURS, "thing.happened", thing)
    time.sleep(random.uniform(0, LONGEST_UNIT_SECONDS))
    return [thing.id for thing in things]


async def follow(db: PostgresDatabase, until: int = RELAY_EVENTS) -> list[str]:
    """What a reader of the log reads, page by page; each page goes on where the last one ended."""
    seen: list[str] = []
    last_progress = time.monotonic()
    while len(seen) < until:
        limit = random.randint(1, 500)
        page = await db.read(events.list_events_after, OURS, len(seen), limit=limit)
        positions = [event.position for event in page]
        assert positions == list(range(len(seen) + 1, len(seen) + 1 + len(page)))
        seen += [event.object_id for event in page]
        if page:
            last_progress = time.monotonic()
        else:
            assert time.monotonic() - last_progress < PATIENCE_SECONDS, "nothing is numbered"
            await asyncio.sleep(random.uniform(0, 0.01))
    return seen


@asynccontextmanager
async def holding(url: str, *, idle_seconds: int) -> AsyncIterator[int]:
    """A process that stands still while it numbers; how many positions it has given."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, HOLDING, url, str(idle_seconds), stdout=PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
    finally:
        process.kill()
        await process.wait()
