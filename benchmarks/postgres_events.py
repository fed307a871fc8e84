"""From a commit on PostgreSQL until another process has read the event.

Four connections write to `antonnia serve` without a pause. This process follows the log, as does
whatever streams events. What counts is the time from when the unit of work began, which the event
tells, until its row is here: the work itself and its commit are in it.

The floor: one thread inserts a row and notifies in the same transaction, another one listens and
reads what is new. No positions, and one writer at a time, so that no row is ever missed.
"""

from __future__ import annotations

import asyncio
import threading
import time
from statistics import quantiles

import psycopg

from antonnia_server.clock import SystemClock
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.events import service as events
from antonnia_server.events.changes import Changes
from antonnia_server.http.caller import Caller
from benchmarks.postgres import command, database, postgres
from benchmarks.processes import Server, data_directory, run_load, serving
from benchmarks.report import Figure
from benchmarks.settings import Settings

WRITERS = 4
SECONDS = 5.0
WARM_UP_SECONDS = 1.0
AT_ONCE = 1_000
FLOOR_EVENTS = 500
TARGET_MILLISECONDS = 15


def measure(settings: Settings) -> list[Figure]:
    with data_directory(settings.directory) as directory, postgres(directory) as server:
        with database(server) as url:
            floor = floor_delays(url)
        with (
            database(server) as url,
            serving(command("platform_postgres", url), directory / "ours") as ours,
        ):
            delays = asyncio.run(follow(url, ours))
    percentiles, floor_percentiles = quantiles(delays, n=100), quantiles(floor, n=100)
    return [
        Figure(
            name=f"PostgreSQL event to another process, p{percent}",
            unit="ms",
            ours=percentiles[percent - 1],
            floor=floor_percentiles[percent - 1],
            judged="ours",
            better="lower",
            target=TARGET_MILLISECONDS if percent == 50 else None,
            samples={"ours": delays, "floor": floor},
        )
        for percent in (50, 99)
    ]


async def follow(url: str, server: Server) -> list[float]:
    """Milliseconds for each event that the load makes."""
    await asyncio.to_thread(load, server, WARM_UP_SECONDS, "warm-up")
    db = PostgresDatabase(url, SystemClock())
    await db.start()
    try:
        caller = Caller(organization_of(url))
        loading = asyncio.create_task(asyncio.to_thread(load, server, SECONDS, "measured"))
        delays = await read_until(db, caller, loading)
        await loading
    finally:
        await db.close()
    return delays


def load(server: Server, seconds: float, run: str) -> None:
    order = server.order(concurrency=WRITERS, seconds=seconds, keyed=False, run=run)
    run_load("load_writes", order)


def organization_of(url: str) -> str:
    with psycopg.connect(url) as connection:
        [(organization_id,)] = connection.execute("SELECT id FROM organizations").fetchall()
    return str(organization_id)


async def read_until(
    db: PostgresDatabase, caller: Caller, ended: asyncio.Task[None]
) -> list[float]:
    """Read what is new until `ended` is done and nothing new comes."""
    changes = Changes(db)
    position = await db.read(events.last_position, caller)
    delays: list[float] = []
    while True:
        found = await changes.first(
            lambda after=position: db.read(  # type: ignore[misc]  # mypy knows no defaults of lambdas
                events.list_events_after, caller, after, limit=AT_ONCE
            ),
            bool,
            seconds=1.0,
        )
        now = time.time_ns() // 1000
        delays += [(now - event.created_at) / 1000 for event in found]
        if found:
            position = found[-1].position
        elif ended.done():
            return delays


def floor_delays(url: str) -> list[float]:
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("CREATE TABLE event (id bigint PRIMARY KEY, began_at bigint)")
        reader.execute("LISTEN event")
        writer = threading.Thread(target=write_events, args=[url])
        writer.start()
        delays: list[float] = []
        position = 0
        while position < FLOOR_EVENTS:
            list(reader.notifies(timeout=1, stop_after=1))
            query = b"SELECT id, began_at FROM event WHERE id > %s ORDER BY id"
            rows = reader.execute(query, [position], prepare=True).fetchall()
            now = time.time_ns()
            delays += [(now - began_at) / 1e6 for _, began_at in rows]
            position = rows[-1][0] if rows else position
        writer.join()
    return delays


def write_events(url: str) -> None:
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
        for number in range(1, FLOOR_EVENTS + 1):
            began_at = time.time_ns()
            with connection.transaction():
                connection.execute(b"INSERT INTO event VALUES (%s, %s)", [number, began_at])
                connection.execute(b"SELECT pg_notify('event', '')")
