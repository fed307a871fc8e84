"""The writer of SQLite: groups of units, each of which succeeds or fails alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from antonnia_server.clock import HandClock
from antonnia_server.db import StorageFailed, Transaction
from antonnia_server.db.sqlite import SqliteDatabase, connect

PATIENCE_SECONDS = 5


class Hook:
    """What happens before each COMMIT: it is counted, and may fail."""

    def __init__(self) -> None:
        self.commits = 0
        self.error: Exception | None = None

    def __call__(self, tx: Transaction) -> None:
        self.commits += 1
        if self.error is not None:
            error, self.error = self.error, None
            raise error


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    engine = connect(path)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE things (name TEXT PRIMARY KEY, parent INTEGER REFERENCES parents (id))"
        )
    engine.dispose()
    return path


@pytest.fixture
async def db(path: Path, hook: Hook) -> AsyncIterator[SqliteDatabase]:
    db = SqliteDatabase(path, HandClock(0), before_commit=hook)
    await db.start()
    yield db
    await db.close()


def add(tx: Transaction, name: str) -> str:
    tx.cursor.execute("INSERT INTO things (name) VALUES (?)", (name,))
    return name


def add_and_fail(tx: Transaction, name: str) -> None:
    add(tx, name)
    raise LookupError(name)


def add_and_stop(tx: Transaction, name: str) -> None:
    # No future can hold this error: it would end the coroutine that waits.
    add(tx, name)
    raise StopIteration(name)


def add_and_end_the_transaction(tx: Transaction, name: str) -> None:
    # As SQLite does by itself when the disk is full.
    add(tx, name)
    tx.cursor.execute("ROLLBACK")
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def add_an_orphan(tx: Transaction, name: str) -> None:
    """A row that only the COMMIT refuses."""
    tx.cursor.execute("PRAGMA defer_foreign_keys = ON")
    tx.cursor.execute("INSERT INTO things (name, parent) VALUES (?, 404)", (name,))


def names(tx: Transaction) -> list[str]:
    tx.cursor.execute("SELECT name FROM things ORDER BY name")
    return [name for (name,) in tx.cursor.fetchall()]


class Closed:
    """Holds the writer at its first unit, so that all that is written meanwhile is one group."""

    def __init__(self, db: SqliteDatabase) -> None:
        self._db = db
        self._entered = asyncio.Event()
        self._open = threading.Event()

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()

        def hold(tx: Transaction) -> None:
            loop.call_soon_threadsafe(self._entered.set)
            self._open.wait()

        self._held = asyncio.create_task(self._db.write(hold))
        await self._entered.wait()

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        await self._held


async def in_one_group(
    db: SqliteDatabase, *units: tuple[Callable[..., object], str]
) -> list[object]:
    """Write all units in one group; what each returned or raised."""
    async with Closed(db):
        tasks = [asyncio.create_task(db.write(work, name)) for work, name in units]
        # One turn of the loop, in which each task puts its unit into the queue.
        await asyncio.sleep(0)
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_a_unit_is_durable_when_its_result_is_there(db: SqliteDatabase, path: Path) -> None:
    result = await db.write(add, "a")

    other = sqlite3.connect(path)
    assert result == "a"
    assert other.execute("SELECT name FROM things").fetchall() == [("a",)]
    other.close()


async def test_units_that_wait_share_one_commit(db: SqliteDatabase, hook: Hook) -> None:
    results = await in_one_group(db, *((add, str(number)) for number in range(50)))

    assert results == [str(number) for number in range(50)]
    assert hook.commits == 2
    assert len(await db.read(names)) == 50


async def test_a_unit_that_fails_harms_no_other(db: SqliteDatabase) -> None:
    before, failed, after = await in_one_group(
        db, (add, "before"), (add_and_fail, "failed"), (add, "after")
    )

    assert (before, after) == ("before", "after")
    assert isinstance(failed, LookupError)
    assert await db.read(names) == ["after", "before"]


async def test_a_unit_that_breaks_a_constraint_harms_no_other(db: SqliteDatabase) -> None:
    first, second, third = await in_one_group(db, (add, "a"), (add, "a"), (add, "b"))

    assert (first, third) == ("a", "b")
    assert isinstance(second, sqlite3.IntegrityError)
    assert await db.read(names) == ["a", "b"]


async def test_a_unit_that_stops_an_iteration_hears_of_it_and_the_others_are_kept(
    db: SqliteDatabase,
) -> None:
    units = [(add, "before"), (add_and_stop, "stopped"), (add, "after")]

    async with asyncio.timeout(PATIENCE_SECONDS):
        before, stopped, after = await in_one_group(db, *units)

    assert (before, after) == ("before", "after")
    assert isinstance(stopped, RuntimeError)
    assert isinstance(stopped.__cause__, StopIteration)
    assert await db.read(names) == ["after", "before"]


async def test_a_read_that_stops_an_iteration_hears_of_it(db: SqliteDatabase) -> None:
    def read_and_stop(tx: Transaction) -> None:
        raise StopIteration

    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await db.read(read_and_stop)


async def test_a_failed_commit_fails_every_unit_of_its_group(
    db: SqliteDatabase, hook: Hook
) -> None:
    results = await in_one_group(db, (add, "a"), (add_an_orphan, "b"), (add_and_fail, "c"))

    assert [type(result) for result in results] == [StorageFailed] * 3
    assert await db.read(names) == []


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("disk I/O error"), TypeError("a bug"), MemoryError()]
)
async def test_the_writer_lives_on_after_a_failed_commit(
    db: SqliteDatabase, hook: Hook, error: Exception
) -> None:
    hook.error = error
    with pytest.raises(StorageFailed):
        await db.write(add, "lost")

    assert await db.write(add, "kept") == "kept"
    assert await db.read(names) == ["kept"]


async def test_the_group_after_a_refused_commit_is_written(db: SqliteDatabase) -> None:
    # Such a COMMIT leaves its transaction open.
    with pytest.raises(StorageFailed):
        await db.write(add_an_orphan, "lost")

    assert await db.write(add, "kept") == "kept"
    assert await db.read(names) == ["kept"]


async def test_a_unit_that_ends_the_transaction_lets_the_innocent_ones_run_again(
    db: SqliteDatabase,
) -> None:
    before, guilty, after = await in_one_group(
        db, (add, "before"), (add_and_end_the_transaction, "guilty"), (add, "after")
    )

    assert (before, after) == ("before", "after")
    assert isinstance(guilty, StorageFailed)
    assert await db.read(names) == ["after", "before"]


async def test_a_single_unit_that_ends_the_transaction_fails_alone(db: SqliteDatabase) -> None:
    with pytest.raises(StorageFailed):
        await db.write(add_and_end_the_transaction, "guilty")

    assert await db.write(add, "next") == "next"
    assert await db.read(names) == ["next"]


async def test_a_caller_that_gave_up_does_not_stop_the_others(db: SqliteDatabase) -> None:
    async with Closed(db):
        given_up = asyncio.create_task(db.write(add, "given up"))
        waiting = asyncio.create_task(db.write(add, "waiting"))
        await asyncio.sleep(0)
        given_up.cancel()

    assert await waiting == "waiting"
    assert await db.read(names) == ["given up", "waiting"]


async def test_listeners_hear_of_what_was_committed_and_of_nothing_else(
    db: SqliteDatabase, hook: Hook
) -> None:
    heard: list[str] = []
    db.listen("news", lambda: heard.append("news"))

    def tell(tx: Transaction, name: str) -> None:
        tx.notify("news")
        add(tx, name)

    def tell_and_fail(tx: Transaction, name: str) -> None:
        tell(tx, name)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(tell_and_fail, "a")
    hook.error = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(StorageFailed):
        await db.write(tell, "b")
    before = list(heard)
    await in_one_group(db, (tell, "c"), (tell, "d"))

    assert before == []
    assert heard == ["news"]


async def test_a_reader_cannot_write(db: SqliteDatabase) -> None:
    with pytest.raises(StorageFailed, match="readonly"):
        await db.read(add, "a")

    assert await db.read(names) == []


async def test_a_reader_sees_one_snapshot(db: SqliteDatabase) -> None:
    loop = asyncio.get_running_loop()

    def read_twice(tx: Transaction) -> tuple[list[str], list[str]]:
        first = names(tx)
        asyncio.run_coroutine_threadsafe(db.write(add, "meanwhile"), loop).result()
        return first, names(tx)

    assert await db.read(read_twice) == ([], [])
    assert await db.read(names) == ["meanwhile"]


async def test_closing_finishes_the_writes_that_were_taken(path: Path) -> None:
    db = SqliteDatabase(path, HandClock(0))
    await db.start()
    tasks = [asyncio.create_task(db.write(add, str(number))) for number in range(20)]
    await asyncio.sleep(0)

    await db.close()

    assert len(await asyncio.gather(*tasks)) == 20


async def test_a_commit_is_synced_to_the_disk(db: SqliteDatabase) -> None:
    def pragmas(tx: Transaction) -> tuple[object, object]:
        one = tx.connection.exec_driver_sql
        return one("PRAGMA synchronous").scalar(), one("PRAGMA journal_mode").scalar()

    assert await db.write(pragmas) == (2, "wal")


async def test_a_mistake_of_ours_is_not_called_a_failure_of_the_storage(
    db: SqliteDatabase,
) -> None:
    def misspell(tx: Transaction) -> None:
        tx.connection.execute(sa.text("SELEKT 1"))

    with pytest.raises(sa.exc.OperationalError):
        await db.write(misspell)
