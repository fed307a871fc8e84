"""The transaction that every service and storage function gets first."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

_LOCK_NOT_AVAILABLE = "55P03"
_HOLD = "SELECT pg_advisory_xact_lock(%s)"
_TRY_TO_HOLD = """
SELECT number FROM unnest(%s::bigint[]) AS number WHERE pg_try_advisory_xact_lock(number)
"""


class NameHeld(Exception):
    """Another transaction has held the name for too long."""


class Transaction:
    """One unit of work: the connection, the driver's cursor, and the time it runs at."""

    __slots__ = ("connection", "cursor", "now", "topics", "untold")

    def __init__(self, connection: sa.Connection, cursor: Any, now: int) -> None:
        self.connection = connection
        # The driver's own cursor, which a Statement uses past SQLAlchemy's execution.
        self.cursor = cursor
        self.now = now
        self.topics: set[str] = set()
        self.untold: set[str] = set()

    @property
    def is_postgres(self) -> bool:
        """Whether other units write at the same time, and SQL is PostgreSQL's."""
        return self.connection.dialect.name == "postgresql"

    def notify(self, topic: str, *, is_told: bool = True) -> None:
        """Wake those who listen to `topic`, once this unit is durable.

        Those in other processes too, unless it is not `is_told`.
        """
        self.topics.add(topic)
        if not is_told:
            self.untold.add(topic)

    def hold(self, *name: str) -> None:
        """Hold a name until the transaction ends; another one that wants it waits.

        For what is looked for before it is made: a row that is not there cannot be locked. On
        SQLite one unit writes at a time, and there is nothing to wait for.

        Raises:
            NameHeld: The wait was longer than the settings allow.
        """
        with self.holding(*name):
            if self.is_postgres:
                self.cursor.execute("SELECT 1")

    @contextmanager
    def holding(self, *name: str) -> Generator[None]:
        """As `hold`, for what is asked inside: it is answered once the name is held.

        Raises:
            NameHeld: As `hold` does, once something has been asked.
        """
        if not self.is_postgres:
            yield
            return
        self.cursor.connection.send(_HOLD, [_number_of(name)])
        try:
            yield
        except self.connection.dialect.loaded_dbapi.Error as error:
            if getattr(error, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise NameHeld(" ".join(name)) from error

    def try_to_hold(self, kind: str, names: Iterable[str]) -> set[str]:
        """As `hold`, each name with its kind, without waiting; those that are held now."""
        if not self.is_postgres:
            return set(names)
        numbers = {_number_of((kind, name)): name for name in names}
        self.cursor.execute(_TRY_TO_HOLD, [list(numbers)])
        return {numbers[number] for (number,) in self.cursor.fetchall()}


def _number_of(name: tuple[str, ...]) -> int:
    digest = hashlib.blake2b("\0".join(name).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
