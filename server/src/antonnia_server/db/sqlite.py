"""SQLite: one writer thread that commits in groups, and readers on snapshots.

A durable commit costs an fsync however much it holds. The writer takes every unit of work that
waits, runs each under its own savepoint, and commits them together; while it commits, the next
group gathers. Each caller is answered only after the COMMIT that holds its unit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from antonnia_server.clock import Clock

from .database import StorageFailed, WritesOverloaded
from .transaction import Transaction

P = ParamSpec("P")
R = TypeVar("R")

# The one error that a future cannot carry.
_NO_STOP_ITERATION = "the unit of work raised StopIteration"

MAX_GROUP = 128
MAX_WAITING = 10_000
# The event loop and the writer leave the rest of the cores; more threads would only take turns.
READERS = min(4, max(1, (os.cpu_count() or 2) - 1))


class SqliteDatabase:
    """The database of one process; see `db.Database` for what each method promises."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        before_commit: Callable[[Transaction], None] | None = None,
    ) -> None:
        self._path = path
        self._clock = clock
        # Called between the last RELEASE and the COMMIT of each group, in whose transaction it may
        # look: where a crash test kills.
        self._before_commit = before_commit
        self._waiting: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="antonnia-reader")
        self._reader = threading.local()
        self._open_readers: list[sa.Connection] = []
        self._write_engine = connect(path)
        self._read_engine = connect(path, read_only=True)
        self._thread = threading.Thread(target=self._run, name="antonnia-writer")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writing: sa.Connection | None = None
        self._file: tuple[int, int] | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Here, and not in the thread, so that whoever starts hears of a failure.
        self._writing = await asyncio.to_thread(self._write_engine.connect)
        self._file = _identity(self._path)
        self._thread.start()

    async def close(self) -> None:
        if self._writing is not None:
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            self._writing.close()
        self._readers.shutdown()
        for connection in self._open_readers:
            connection.close()
        self._read_engine.dispose()
        self._write_engine.dispose()

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        self._listeners.setdefault(topic, []).append(callback)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        if self._waiting.qsize() >= MAX_WAITING:
            raise WritesOverloaded
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Unit(lambda tx: work(tx, *args, **kwargs), future))
        return await future

    async def read(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def bound(tx: Transaction) -> R:
            return work(tx, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, bound)

    def _read(self, work: Callable[[Transaction], R]) -> R:
        self._refuse_if_gone()
        try:
            connection = self._reading()
            with connection.begin():
                return work(_transaction(connection, self._clock.now()))
        except StopIteration as error:
            raise RuntimeError(_NO_STOP_ITERATION) from error
        except Exception as error:
            if is_storage_failure(error):
                raise StorageFailed(str(error)) from error
            raise

    def _reading(self) -> sa.Connection:
        """The connection of this reader's thread."""
        connection: sa.Connection | None = getattr(self._reader, "connection", None)
        if connection is None:
            connection = self._reader.connection = self._read_engine.connect()
            # Closed after the pool has been shut down, when its threads have ended.
            self._open_readers.append(connection)
        return connection

    def _run(self) -> None:
        assert self._writing is not None, "the thread starts with its connection"
        running = True
        while running:
            unit = self._waiting.get()
            if unit is None:
                return
            group = [unit]
            with contextlib.suppress(queue.Empty):
                while len(group) < MAX_GROUP:
                    unit = self._waiting.get_nowait()
                    if unit is None:
                        running = False
                        break
                    group.append(unit)
            self._commit(self._writing, group)
            self._answer(group)

    def _commit(self, connection: sa.Connection, group: list[_Unit]) -> None:
        try:
            with connection.begin():
                tx = _transaction(connection, self._clock.now())
                for unit in group:
                    unit.run(tx)
                if self._before_commit is not None:
                    self._before_commit(tx)
                self._refuse_if_gone()
        except _TransactionEnded:
            # The error of one unit took the whole transaction with it (a full disk, say). The
            # innocent ones run again, each alone.
            if len(group) == 1:
                return
            for unit in group:
                unit.reset()
                self._commit(connection, [unit])
        except Exception as error:
            # Whatever it is: those who wait must hear of it, and without its thread the writer
            # would let everyone after them wait for ever.
            _end_transaction(connection)
            for unit in group:
                unit.fail(error)

    def _refuse_if_gone(self) -> None:
        """A file that was deleted or replaced can still be written to, and keeps nothing."""
        if _identity(self._path) != self._file:
            raise StorageFailed(f"the database file {self._path} is gone or was replaced")

    def _answer(self, group: list[_Unit]) -> None:
        assert self._loop is not None, "write() before start()"
        # A loop that has been closed has nobody left to answer.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._resolve, group)

    def _resolve(self, group: list[_Unit]) -> None:
        topics: set[str] = set()
        for unit in group:
            unit.resolve()
            topics |= unit.topics
        for topic in topics:
            for callback in self._listeners.get(topic, ()):
                callback()


class _TransactionEnded(Exception):
    """SQLite rolled the whole transaction back, not only the unit that failed."""


class _Unit:
    """A unit of work on its way through the writer."""

    __slots__ = ("_error", "_future", "_result", "_work", "topics")

    def __init__(self, work: Callable[[Transaction], Any], future: asyncio.Future[Any]) -> None:
        self._work = work
        self._future = future
        self.reset()

    def reset(self) -> None:
        self._result: Any = None
        self._error: BaseException | None = None
        self.topics: set[str] = set()

    def run(self, group: Transaction) -> None:
        tx = Transaction(group.connection, group.cursor, group.now)
        tx.cursor.execute("SAVEPOINT unit")
        try:
            self._result = self._work(tx)
        except BaseException as error:
            if not cast(sqlite3.Connection, tx.cursor.connection).in_transaction:
                self.fail(error)
                raise _TransactionEnded from error
            if is_storage_failure(error):
                self.fail(error)
            elif isinstance(error, StopIteration):
                self._error = RuntimeError(_NO_STOP_ITERATION)
                self._error.__cause__ = error
            else:
                self._error = error
            tx.cursor.execute("ROLLBACK TO unit")
        else:
            self.topics = tx.topics
        tx.cursor.execute("RELEASE unit")

    def fail(self, error: BaseException) -> None:
        """Nothing of this unit was kept, whatever it returned."""
        failure = StorageFailed(str(error))
        failure.__cause__ = error
        self._error = failure
        self.topics = set()

    def resolve(self) -> None:
        # A caller that was cancelled does not wait any more; its unit is durable all the same.
        if self._future.cancelled():
            return
        if self._error is not None:
            self._future.set_exception(self._error)
        else:
            self._future.set_result(self._result)


# What the disk or the file can do wrong, as opposed to what our SQL can.
_STORAGE_ERRORS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


def is_storage_failure(error: BaseException) -> bool:
    """Whether an error is the storage's, and not a mistake of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    # The low byte is the error, the rest says more about it.
    return isinstance(code, int) and code & 0xFF in _STORAGE_ERRORS


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _end_transaction(connection: sa.Connection) -> None:
    """Roll back what a COMMIT that failed has left open; the next BEGIN would fail on it."""
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    if driver.in_transaction:
        # If even that fails, so does the next BEGIN, and it is tried again.
        with contextlib.suppress(sqlite3.Error):
            driver.execute("ROLLBACK")


def _transaction(connection: sa.Connection, now: int) -> Transaction:
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    return Transaction(connection, driver.cursor(), now)


def connect(path: Path, *, read_only: bool = False) -> sa.Engine:
    """An engine on the file at `path`, created if it is absent (unless `read_only`)."""
    mode = "ro" if read_only else "rwc"
    uri = f"{path.absolute().as_uri()}?mode={mode}"

    def open_connection() -> sqlite3.Connection:
        # isolation_level=None: Python's module would otherwise begin and commit on its own, and
        # each RELEASE would be a commit.
        connection = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=10,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16000")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return connection

    engine = sa.create_engine("sqlite://", creator=open_connection, poolclass=NullPool)

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine, "begin", begin)
    return engine
