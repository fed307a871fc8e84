"""PostgreSQL: units of work on threads, each with a connection of its own, a transaction each.

Any number of processes share one database. A unit that meets another is run again: whatever it did
is rolled back, and what it does depends on its transaction alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import psycopg
import sqlalchemy as sa

from antonnia_server.clock import Clock
from antonnia_server.settings import PostgresLimits

from .postgres_connection import connect, open_connection
from .postgres_failures import is_absence, is_conflict, trouble_of_server
from .signals import Signals
from .transaction import Transaction
from .trouble import StorageFailed, Trouble, reason_of
from .write_watch import WriteWatch

P = ParamSpec("P")
R = TypeVar("R")

# How often a unit is run that meets others, and how long it waits before, at most, each time.
MAX_TRIES = 10
MAX_PAUSE_SECONDS = 0.05


class PostgresDatabase:
    """The database of many processes; see `db.Database` for what each method promises."""

    is_shared = True

    def __init__(
        self,
        url: str,
        clock: Clock,
        limits: PostgresLimits | None = None,
        *,
        before_commit: Callable[[Transaction], None] | None = None,
    ) -> None:
        self._clock = clock
        self._before_commit = before_commit
        limits = limits or PostgresLimits()
        self._writers = _Lines(connect(url, limits), limits.writers, "antonnia-writer")
        self._readers = _Lines(
            connect(url, limits, read_only=True), limits.readers, "antonnia-reader"
        )
        self._signals = Signals(
            partial(open_connection, url, limits, psycopg.Connection[Any]),
            self._call_listeners,
            self._wake_everyone,
        )
        self._watch = WriteWatch(partial(self._until_done, self._writers), self._wake_everyone)
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self._signals.start()
        except psycopg.Error as error:
            raise StorageFailed(str(error)) from error

    async def close(self) -> None:
        await self._watch.close()
        await asyncio.to_thread(self._writers.close)
        await asyncio.to_thread(self._readers.close)
        if self._loop is not None:
            await self._signals.close()

    @property
    def trouble(self) -> StorageFailed | None:
        return self._signals.trouble or self._watch.trouble

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        self._listeners.setdefault(topic, []).append(callback)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def bound(tx: Transaction) -> R:
            return work(tx, *args, **kwargs)

        _refuse_in(self._watch.trouble)
        return await self._run(self._writers, partial(self._write, bound))

    async def read(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def bound(tx: Transaction) -> R:
            return work(tx, *args, **kwargs)

        return await self._run(self._readers, partial(self._read, bound))

    async def _run(self, lines: _Lines, unit: Callable[[], R]) -> R:
        _refuse_in(self._signals.trouble)
        assert self._loop is not None, "a unit before start()"
        return await self._loop.run_in_executor(lines.threads, unit)

    def _write(self, work: Callable[[Transaction], R]) -> R:
        try:
            done = self._until_done(self._writers, work)
        except StorageFailed as failure:
            if self._watch.write_failed(failure):
                self._on_loop(self._watch.wait_for_recovery, self._look_again)
            raise
        if done.topics:
            self._on_loop(self._announce, done)
        result: R = done.result
        return result

    async def _look_again(self) -> bool:
        assert self._loop is not None, "a write before start()"
        look = self._watch.is_still_in_trouble
        return await self._loop.run_in_executor(self._writers.threads, look)

    def _read(self, work: Callable[[Transaction], R]) -> R:
        result: R = self._until_done(self._readers, work).result
        return result

    def _until_done(self, lines: _Lines, work: Callable[[Transaction], Any]) -> _Done:
        for tries in range(1, MAX_TRIES + 1):
            try:
                return self._once(lines, work)
            except _RunAgain as again:
                if tries == MAX_TRIES:
                    raise self._failure(again.error) from again.error
                if is_conflict(again.error):
                    # Not all at once: they would meet again.
                    time.sleep(random.uniform(0, MAX_PAUSE_SECONDS * tries / MAX_TRIES))
        raise AssertionError("the last try returns or raises")

    def _once(self, lines: _Lines, work: Callable[[Transaction], Any]) -> _Done:
        is_fresh = not lines.is_open
        try:
            connection = lines.connection()
        except Exception as error:
            raise self._failure(error) from error
        is_committing = False
        try:
            lines.plan_anew_when_due()
            with connection.begin() as transaction:
                tx = _transaction(connection, self._clock.now())
                done = _Done(work(tx), tx.topics, tx.untold)
                if self._before_commit is not None:
                    self._before_commit(tx)
                is_committing = True
                transaction.commit()
            return done
        except StopIteration as error:
            # The one error that a future cannot carry.
            raise RuntimeError("the unit of work raised StopIteration") from error
        except Exception as error:
            is_lost = lines.drop_if_lost()
            if not is_lost:
                # Nothing is left to undo; the connection has to hear that a commit has failed.
                connection.rollback()
            if is_lost and is_committing:
                raise self._failure(error, is_certain=False) from error
            # A connection that was lost while nobody used it says so at its next use.
            if is_conflict(error) or (is_lost and not is_fresh):
                raise _RunAgain(error) from error
            if trouble_of_server(error) is not None:
                raise self._failure(error) from error
            raise

    def _failure(self, error: Exception, *, is_certain: bool = True) -> StorageFailed:
        trouble = trouble_of_server(error) or Trouble.UNAVAILABLE
        is_away = is_absence(error)
        if is_away:
            self._on_loop(self._signals.suspect, error)
        return StorageFailed(reason_of(error), trouble, is_certain=is_certain, concerns_all=is_away)

    def _announce(self, done: _Done) -> None:
        self._call_listeners(done.topics)
        if told := done.topics - done.untold:
            self._signals.tell(told)

    def _wake_everyone(self) -> None:
        self._call_listeners(set(self._listeners))

    def _call_listeners(self, topics: set[str]) -> None:
        for topic in topics:
            for callback in self._listeners.get(topic, ()):
                callback()

    def _on_loop(self, call: Callable[[Any], None], argument: object) -> None:
        assert self._loop is not None, "units run after start()"
        # A loop that has been closed has nobody left to call.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, argument)


def _refuse_in(trouble: StorageFailed | None) -> None:
    if trouble is not None:
        raise StorageFailed(str(trouble), trouble.trouble, concerns_all=True)


class _Done(NamedTuple):
    result: Any
    topics: set[str]
    untold: set[str]


class _RunAgain(Exception):
    """Nothing of the unit was kept, and the next try may succeed."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Lines:
    """Threads, each with a connection that it opens when it first needs one."""

    def __init__(self, engine: sa.Engine, count: int, name: str) -> None:
        self.threads = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._engine = engine
        self._own = threading.local()
        self._open: set[sa.Connection] = set()

    @property
    def is_open(self) -> bool:
        """Whether this thread has a connection already."""
        return getattr(self._own, "connection", None) is not None

    def connection(self) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._engine.connect()
            self._own.units = 0
            self._open.add(connection)
        return connection

    def plan_anew_when_due(self) -> None:
        """Forget the plans of this thread's statements after 2, 4, 8, … units.

        A plan that was made when a table was nearly empty may walk through all rows of an
        organization, and would stay until the server next counts what is there, a minute or more.
        """
        units = self._own.units = self._own.units + 1
        if units & (units - 1) == 0:
            driver: Any = self._own.connection.connection.dbapi_connection
            driver.send("DISCARD PLANS")

    def drop_if_lost(self) -> bool:
        """Forget this thread's connection if it cannot be used any more; whether that is so."""
        connection: sa.Connection = self._own.connection
        if not (connection.closed or connection.invalidated):
            driver: Any = connection.connection.dbapi_connection
            if not driver.closed:
                return False
        self._own.connection = None
        self._open.discard(connection)
        connection.close()
        return True

    def close(self) -> None:
        self.threads.shutdown()
        for connection in self._open:
            connection.close()
        self._engine.dispose()


def _transaction(connection: sa.Connection, now: int) -> Transaction:
    driver: Any = connection.connection.dbapi_connection
    return Transaction(connection, driver.cursor(), now)
