"""A connection to PostgreSQL that waits less: for results that are needed, and for the commit.

A statement whose result nobody looks at is kept, and sent together with the next one that somebody
waits for, or with the COMMIT. So is the BEGIN. What went wrong with it is raised there.

All of it goes in one piece. The server ends the transaction of a process that stands still
(`idle_in_transaction_session_timeout`), but not between two messages that belong together: whoever
was stopped when it had sent a statement and not yet the Sync behind it would keep its locks for as
long as it stood still.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Params, PQGen
from psycopg.generators import send
from psycopg.types.json import Json

_Command = tuple[str, Params | None]

# The driver's library sends by itself what is more than 8 KiB, before it is told to.
TRIP_BYTES = 8_000
# What a statement and each of its parameters take beside their text, at most.
_STATEMENT_BYTES = 80
_PARAMETER_BYTES = 32
_SMALL = (int, float, type(None))
# Fewer than the driver keeps prepared.
_MAX_KNOWN = 256


class PipelinedConnection(psycopg.Connection[Any]):
    """Begins a transaction with the first statement, as `begin` says; commits and rolls back.

    Its `autocommit` is on: the driver would wait for each BEGIN.
    """

    begin = "BEGIN"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = PipelinedCursor
        self._sender = psycopg.Cursor(self)
        self._kept: list[_Command] = []
        self._kept_bytes = 0
        # Of these the server has the text already.
        self._known: set[str] = set()
        self._is_begun = False
        self._begins = True

    def set_autocommit(self, value: bool) -> None:
        """Begin no transactions, for what cannot run in one; or begin them again."""
        self._begins = not value

    def send(self, query: str, parameters: Params | None = None) -> None:
        """Have a statement executed before whatever is executed next."""
        self.begin_once()
        self._make_room_for(query, parameters)
        self._keep(query, parameters)

    def takes_along(self, query: Any, parameters: Params | None) -> bool:
        """Whether something was kept that has to go with this statement."""
        self._make_room_for(query, parameters)
        return bool(self._kept)

    def send_kept(self) -> None:
        """Send that, in the trip of the present statement."""
        for query, parameters in self._take_kept():
            self._sender.execute(query.encode(), parameters, prepare=True)
            self.remember(query)

    def remember(self, query: str) -> None:
        """That the server has its text; the driver may have dropped another one for it."""
        if len(self._known) == _MAX_KNOWN:
            self._known.clear()
        self._known.add(query)

    def execute_kept(self) -> None:
        """Execute what was kept, without another statement."""
        if len(self._kept) > 1:
            with self.one_trip():
                self.send_kept()
            return
        # It may be too large for a trip. Outside of one it is prepared first, and then has the
        # server wait for nothing but its first message.
        self.send_kept()

    def commit(self) -> None:
        if not self._is_begun:
            return
        cursor = self.cursor()
        try:
            cursor.execute("COMMIT")
        except psycopg.Error:
            if not self.closed:
                self.rollback()
            raise
        self._is_begun = False
        # A transaction that has failed before is not committed, and the server calls that no error.
        if cursor.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the transaction had failed before")

    def rollback(self) -> None:
        self._take_kept()
        self._is_begun = False
        super().rollback()

    def begin_once(self) -> None:
        """Begin a transaction, if none has begun, with the present statement."""
        if self._begins and not self._is_begun:
            self._is_begun = True
            self._keep(self.begin, None)

    @contextmanager
    def one_trip(self) -> Generator[None]:
        """Send what is executed inside when all of it is known, and wait for the results."""
        failed: psycopg.Error | None = None
        self._pipeline = _Trip(self)
        try:
            with self.pipeline():
                try:
                    yield
                except psycopg.Error as error:
                    # The driver would log what else there is to say.
                    failed = error
        except psycopg.Error as error:
            raise failed or _first(error) from None
        if failed is not None:
            raise failed

    def _keep(self, query: str, parameters: Params | None) -> None:
        self._kept.append((query, parameters))
        self._kept_bytes += self._size_of(query, parameters)

    def _take_kept(self) -> list[_Command]:
        kept, self._kept, self._kept_bytes = self._kept, [], 0
        return kept

    def _make_room_for(self, query: Any, parameters: Params | None) -> None:
        if self._kept and self._kept_bytes + self._size_of(query, parameters) > TRIP_BYTES:
            self.execute_kept()

    def _size_of(self, query: Any, parameters: Params | None) -> int:
        """What a statement takes in a trip, at most."""
        size = _STATEMENT_BYTES + (0 if query in self._known else len(query))
        return size if parameters is None else size + _size_of_all(parameters)


class _Trip(psycopg.Pipeline):
    """A pipeline that is sent in one piece, which ends with its Sync.

    The driver would send each statement as soon as it is executed, and a Flush after the Sync. The
    server takes that for the beginning of a statement too, and waits for its end without a limit. A
    Sync flushes by itself.
    """

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        try:
            while self.command_queue:
                self.command_queue.popleft()()
            # All of it, however much: whoever waits for an answer before that may wait for ever.
            yield from send(self.pgconn)
        finally:
            yield from self._fetch_gen(flush=False)


class PipelinedCursor(psycopg.Cursor[Any]):
    """Executes what was kept, and its own statement, in one round trip."""

    def execute(self, query: Any, params: Params | None = None, **options: Any) -> PipelinedCursor:
        connection = self._pipelined
        connection.begin_once()
        if not connection.takes_along(query, params):
            return super().execute(query, params, **options)
        with connection.one_trip():
            connection.send_kept()
            super().execute(query, params, **options)
        if options.get("prepare"):
            connection.remember(query)
        return self

    def executemany(self, query: Any, params_seq: Iterable[Params], **options: Any) -> None:
        # Not the driver's own: that is a pipeline of any length, with a Flush at its end.
        assert not options, "nobody looks at the rows"
        for params in params_seq:
            self._pipelined.send(query, params)
        self._pipelined.execute_kept()

    @property
    def _pipelined(self) -> PipelinedConnection:
        connection = self.connection
        assert isinstance(connection, PipelinedConnection), "it is the cursor of such a connection"
        return connection


def _size_of_all(parameters: Params) -> int:
    size = _PARAMETER_BYTES * len(parameters)
    for value in parameters.values() if isinstance(parameters, Mapping) else parameters:
        if isinstance(value, str):
            size += len(value) if value.isascii() else len(value.encode(errors="replace"))
        elif not isinstance(value, _SMALL):
            size += _size_of_rarer(value)
    return size


def _size_of_rarer(value: Any) -> int:
    # Of what the driver wraps, `str` would show the beginning.
    if isinstance(value, Json):
        return len(json.dumps(value.obj))
    if isinstance(value, psycopg.Binary):
        value = value.obj
    return len(value) if isinstance(value, bytes) else 4 * len(str(value))


def _first(error: psycopg.Error) -> psycopg.Error:
    """The error that made the server leave out what came after it."""
    cause = error.__context__
    is_left_out = isinstance(error, psycopg.errors.PipelineAborted)
    return cause if is_left_out and isinstance(cause, psycopg.Error) else error
