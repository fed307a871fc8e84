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
from sqlalchemy.pool import NullPool

from antonnia_server.clock import Clock

from .transaction import Transaction
from .trouble import StorageFailed, is_storage_failure
from .watch import LARGE_LOG_BYTES, StorageWatch

P = ParamSpec("P")
R = TypeVar("R")

# The one error that a future cannot carry.
_NO_STOP_ITERATION = "the unit of work raised StopIteration"

MAX_GROUP = 128
# The event loop and the writer leave the rest of the cores; more threads would only take turns.
READERS = min(4, max(1, (os.cpu_count() or 2) - 1))

# How long a storage in trouble is left alone before the writer looks at it again.
LOOK_AGAIN_SECONDS = 0.5


class SqliteDatabase:
    """The database of one process; see `db.Database` for what each method promises."""

    is_shared = False

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
        self._watch = StorageWatch(path)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Here, and not in the thread, so that whoever starts hears of a failure.
        self._writing = await asyncio.to_thread(self._write_engine.connect)
        with self._writing.begin():
            # The log is there with the first transaction.
            self._watch.opened()
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

    @property
    def trouble(self) -> StorageFailed | None:
        return self._watch.trouble

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        self._listeners.setdefault(topic, []).append(callback)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._watch.refuse_in_trouble()
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
        self._watch.refuse_if_gone()
        try:
            connection = self._reading()
            with connection.begin():
                return work(_transaction(connection, self._clock.now()))
        except StopIteration as error:
            raise RuntimeError(_NO_STOP_ITERATION) from error
        except Exception as error:
            if is_storage_failure(error):
                raise self._watch.read_failed(error) from error
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
        while (group := self._gather()) is not None:
            if group:
                self._commit(self._writing, group)
                self._answer(group)
                if self._watch.log_is_large():
                    self._watch.empty_log(self._writing)
            elif self._watch.look_again(self._writing) is None:
                self._wake_everyone()

    def _gather(self) -> list[_Unit] | None:
        """The units that wait; none if it is time to look at the storage again, None at the end."""
        try:
            timeout = LOOK_AGAIN_SECONDS if self._watch.trouble is not None else None
            unit = self._waiting.get(timeout=timeout)
        except queue.Empty:
            return []
        if unit is None:
            return None
        group = [unit]
        with contextlib.suppress(queue.Empty):
            while len(group) < MAX_GROUP:
                unit = self._waiting.get_nowait()
                if unit is None:
                    # For the next round.
                    self._waiting.put(None)
                    break
                group.append(unit)
        return group

    def _commit(self, connection: sa.Connection, group: list[_Unit]) -> None:
        try:
            self._watch.refuse_in_trouble()
            with connection.begin():
                tx = _transaction(connection, self._clock.now())
                for unit in group:
                    unit.run(tx)
                if self._before_commit is not None:
                    self._before_commit(tx)
                self._watch.refuse_if_gone()
                self._watch.refuse_if_log_gone()
        except _TransactionEnded as ended:
            # The error of one unit took the whole transaction with it (a full disk, say). The
            # innocent ones run again, each alone.
            ended.unit.fail(self._watch.write_failed(connection, ended.error))
            for unit in group:
                if unit is not ended.unit:
                    unit.reset()
                    self._commit(connection, [unit])
        except Exception as error:
            # Whatever it is: those who wait must hear of it, and without its thread the writer
            # would let everyone after them wait for ever.
            _end_transaction(connection)
            failure = self._watch.write_failed(connection, error)
            failure.__cause__ = error
            for unit in group:
                unit.fail(failure)
        else:
            self._look_at_failures(connection, group)

    def _look_at_failures(self, connection: sa.Connection, group: list[_Unit]) -> None:
        """Of units that the storage failed although the others of their group were kept."""
        for unit in group:
            if unit.storage_error is not None:
                unit.fail(self._watch.write_failed(connection, unit.storage_error))

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
        self._call_listeners(topics)

    def _wake_everyone(self) -> None:
        """What could not be done while the storage failed can be tried again."""
        assert self._loop is not None, "the writer runs after start()"
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._call_listeners, set(self._listeners))

    def _call_listeners(self, topics: set[str]) -> None:
        for topic in topics:
            for callback in self._listeners.get(topic, ()):
                callback()


class _TransactionEnded(Exception):
    """SQLite rolled the whole transaction back, not only the unit that failed."""

    def __init__(self, unit: _Unit, error: BaseException) -> None:
        super().__init__()
        self.unit = unit
        self.error = error


class _Unit:
    """A unit of work on its way through the writer."""

    __slots__ = ("_error", "_future", "_result", "_work", "storage_error", "topics")

    def __init__(self, work: Callable[[Transaction], Any], future: asyncio.Future[Any]) -> None:
        self._work = work
        self._future = future
        self.reset()

    def reset(self) -> None:
        self._result: Any = None
        self._error: BaseException | None = None
        # What the storage did wrong to this unit alone.
        self.storage_error: Exception | None = None
        self.topics: set[str] = set()

    def run(self, group: Transaction) -> None:
        tx = Transaction(group.connection, group.cursor, group.now)
        tx.cursor.execute("SAVEPOINT unit")
        try:
            self._result = self._work(tx)
        except BaseException as error:
            if not cast(sqlite3.Connection, tx.cursor.connection).in_transaction:
                raise _TransactionEnded(self, error) from error
            if isinstance(error, Exception) and is_storage_failure(error):
                self.storage_error = error
            elif isinstance(error, StopIteration):
                self._error = RuntimeError(_NO_STOP_ITERATION)
                self._error.__cause__ = error
            else:
                self._error = error
            tx.cursor.execute("ROLLBACK TO unit")
        else:
            self.topics = tx.topics
        tx.cursor.execute("RELEASE unit")

    def fail(self, failure: StorageFailed) -> None:
        """Nothing of this unit was kept, whatever it returned."""
        # Each caller its own: what is raised in several places gathers all their tracebacks.
        self._error = StorageFailed(str(failure), failure.trouble, is_certain=failure.is_certain)
        self._error.__cause__ = failure.__cause__
        self.topics = set()

    def resolve(self) -> None:
        # A caller that was cancelled does not wait any more; its unit is durable all the same.
        if self._future.cancelled():
            return
        if self._error is not None:
            self._future.set_exception(self._error)
        else:
            self._future.set_result(self._result)


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
            connection.execute(f"PRAGMA journal_size_limit = {LARGE_LOG_BYTES}")
        return connection

    engine = sa.create_engine("sqlite://", creator=open_connection, poolclass=NullPool)

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine, "begin", begin)
    return engine
