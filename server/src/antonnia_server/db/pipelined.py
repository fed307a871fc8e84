"""A connection to PostgreSQL that waits less: for results that are needed, and for the commit.

A statement whose result nobody looks at is kept, and sent together with the next one that somebody
waits for, or with the COMMIT. So is the BEGIN. What went wrong with it is raised there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg.abc import Params, PQGen

_Command = tuple[str, Params | None]


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
        self._is_begun = False
        self._begins = True

    def set_autocommit(self, value: bool) -> None:
        """Begin no transactions, for what cannot run in one; or begin them again."""
        self._begins = not value

    def send(self, query: str, parameters: Params | None = None) -> None:
        """Have a statement executed before whatever is executed next."""
        self.begin_once()
        self._kept.append((query, parameters))

    @property
    def keeps_something(self) -> bool:
        """Whether something has to be executed before the present statement."""
        return bool(self._kept)

    def send_kept(self) -> None:
        """Send that, in the pipeline of the present statement."""
        kept, self._kept = self._kept, []
        for query, parameters in kept:
            self._sender.execute(query.encode(), parameters, prepare=True)

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
        self._kept.clear()
        self._is_begun = False
        super().rollback()

    def begin_once(self) -> None:
        """Begin a transaction, if none has begun, with the present statement."""
        if self._begins and not self._is_begun:
            self._is_begun = True
            self._kept.append((self.begin, None))

    def one_trip(self) -> AbstractContextManager[psycopg.Pipeline]:
        """A pipeline that leaves the server waiting for a statement, and for nothing else."""
        self._pipeline = _Trip(self)
        return self.pipeline()


class _Trip(psycopg.Pipeline):
    """A pipeline that ends with its Sync.

    The driver would send a Flush after it. The server takes that for the beginning of a statement,
    stops the clock of `idle_in_transaction_session_timeout`, and never starts it again: a process
    that stood still would keep its locks for ever. A Sync flushes by itself.
    """

    def _exit_gen(self) -> PQGen[None]:
        try:
            self._enqueue_sync()
            yield from self._communicate_gen()
        finally:
            yield from self._fetch_gen(flush=False)


class PipelinedCursor(psycopg.Cursor[Any]):
    """Executes what was kept, and its own statement, in one round trip."""

    def execute(self, query: Any, params: Params | None = None, **options: Any) -> PipelinedCursor:
        connection = self.connection
        assert isinstance(connection, PipelinedConnection), "it is the cursor of such a connection"
        connection.begin_once()
        if not connection.keeps_something:
            return super().execute(query, params, **options)
        failed: psycopg.Error | None = None
        try:
            with connection.one_trip():
                try:
                    connection.send_kept()
                    super().execute(query, params, **options)
                except psycopg.Error as error:
                    # The driver would log what else there is to say.
                    failed = error
        except psycopg.Error as error:
            raise failed or _first(error) from None
        if failed is not None:
            raise failed
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        # Whatever was kept goes with this.
        self.execute("SELECT 1")
        super().executemany(query, params_seq, **options)


def _first(error: psycopg.Error) -> psycopg.Error:
    """The error that made the server leave out what came after it."""
    cause = error.__context__
    is_left_out = isinstance(error, psycopg.errors.PipelineAborted)
    return cause if is_left_out and isinstance(cause, psycopg.Error) else error
