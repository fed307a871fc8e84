"""A start that fails leaves nothing behind."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from in_process import START
from starlette.types import Message

from antonnia_server.app import create_app
from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.db import Transaction
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.settings import Settings

PATIENCE_SECONDS = 10
# A query is run by SQLAlchemy or, compiled once, by the driver.
FAILURES = (sa.exc.OperationalError, sqlite3.OperationalError)


@pytest.mark.parametrize("table", ["idempotency_keys", "jobs"])
async def test_a_start_that_fails_says_why_and_ends_what_it_began(
    database_path: Path, table: str
) -> None:
    drop(database_path, table)
    hand = HandClock(from_datetime(START))
    db = SqliteDatabase(database_path, hand)

    try:
        with pytest.raises(FAILURES, match=f"no such table: {table}"):
            await start(db, hand)

        assert threads_of_the_database() == []
    finally:
        # A writer that was left would keep the tests from ending.
        if threads_of_the_database():
            await db.close()


async def test_what_failed_to_start_can_be_opened_by_another(database_path: Path) -> None:
    drop(database_path, "idempotency_keys")
    hand = HandClock(from_datetime(START))
    db = SqliteDatabase(database_path, hand)
    try:
        with pytest.raises(FAILURES):
            await start(db, hand)
        is_left = threads_of_the_database() != []
    finally:
        if threads_of_the_database():
            await db.close()

    other = SqliteDatabase(database_path, hand)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await other.start()
        written = await other.write(write_something)
        await other.close()

    assert not is_left
    assert written == 1


async def start(db: SqliteDatabase, hand: HandClock) -> None:
    """Start an application on the database, as an ASGI server does."""

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        assert message["type"] == "lifespan.startup.failed"

    app = create_app(db, hand, Settings(is_test_clock=True))
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    async with asyncio.timeout(PATIENCE_SECONDS):
        await app(scope, receive, send)


def drop(path: Path, table: str) -> None:
    engine = connect(path)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    engine.dispose()


def threads_of_the_database() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith("antonnia-")]


def write_something(tx: Transaction) -> int:
    tx.cursor.execute("UPDATE organizations SET name = 'Ours' WHERE name = 'ours'")
    changed: int = tx.cursor.rowcount
    return changed
