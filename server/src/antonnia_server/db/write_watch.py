"""Whether PostgreSQL takes writes, as the last attempts have told.

A write that is refused because the disk is full, or the database read-only, makes its thread look:
is there room, does a small commit succeed? If so, only that one unit was at fault. If not, every
write is refused until it is so again, and readiness says why. Reads go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Awaitable, Callable

import psycopg
from sqlalchemy.exc import ProgrammingError

from antonnia_server.rare_log import RareLog

from .transaction import Transaction
from .trouble import StorageFailed, Trouble

logger = logging.getLogger("antonnia.storage")

LOOK_AGAIN_SECONDS = 0.5
# What all writes meet, if one does. Whatever else goes wrong concerns the unit, or the connection.
_LASTING = (Trouble.FULL, Trouble.READ_ONLY)
# About a MiB of rows; unlogged, because a log that cannot grow stops the whole server.
_TAKE_ROOM = "CREATE UNLOGGED TABLE {} AS SELECT generate_series(1, 30000)"
_LEAVE_ROOM = "DROP TABLE {}"


class WriteWatch:
    """What is known; `try_to_write` runs a unit on a thread that writes, whatever is known."""

    def __init__(
        self,
        try_to_write: Callable[[Callable[[Transaction], None]], object],
        on_recovery: Callable[[], None],
    ) -> None:
        self._try_to_write = try_to_write
        self._on_recovery = on_recovery
        self._lock = threading.Lock()
        self._waiting: asyncio.Task[None] | None = None
        self._is_closed = asyncio.Event()
        self._rare = RareLog(logger)
        self.trouble: StorageFailed | None = None

    def write_failed(self, failure: StorageFailed) -> bool:
        """On the thread of a failed write; whether the storage is in trouble since this one."""
        if failure.trouble not in _LASTING:
            return False
        with self._lock:
            # Of many that fail at once, the first one looks for all.
            return self.trouble is None and self._look()

    def wait_for_recovery(self, look_again: Callable[[], Awaitable[bool]]) -> None:
        """On the event loop: have `look_again` run `is_still_in_trouble` until it is not so."""
        if self._waiting is None and not self._is_closed.is_set():
            self._waiting = asyncio.create_task(self._wait(look_again))

    def is_still_in_trouble(self) -> bool:
        """On a thread that writes: look again."""
        with self._lock:
            return self._look()

    async def close(self) -> None:
        self._is_closed.set()
        if self._waiting is not None:
            await self._waiting

    async def _wait(self, look_again: Callable[[], Awaitable[bool]]) -> None:
        while not self._is_closed.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._is_closed.wait()
            try:
                if not await look_again():
                    break
            except Exception as error:
                # Whatever it is, nobody else looks, and no write would ever be taken again.
                self._rare.log(
                    logging.ERROR, "the storage cannot be looked at: %r", error, exc_info=True
                )
        self._waiting = None
        self._on_recovery()

    def _look(self) -> bool:
        try:
            self._try_to_write(_need_room)
        except StorageFailed as found:
            if self.trouble is None:
                self._rare.log(
                    logging.ERROR,
                    "the storage is %s, and no write is taken: %s",
                    found.trouble.value,
                    found,
                )
            self.trouble = found
            return True
        except ProgrammingError as error:
            if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise
            # Whoever may make no tables finds nothing out this way, and goes on.
        if self.trouble is not None:
            self._rare.log(logging.WARNING, "the storage can be written to again")
            self.trouble = None
        return False


def _need_room(tx: Transaction) -> None:
    """Take some room, and give it back, in a commit."""
    # Others may look at the same time.
    name = f"antonnia_room_{secrets.token_hex(8)}"
    for statement in (_TAKE_ROOM, _LEAVE_ROOM):
        tx.connection.exec_driver_sql(statement.format(name))
