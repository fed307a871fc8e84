"""What the processes on one PostgreSQL tell each other, and whether it can be reached.

A signal says that there is something new to look at, never what: one that is lost delays, and loses
nothing. They are sent after the commit, many commits in one: a NOTIFY inside each transaction would
have all commits of the server wait for each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

import psycopg

from antonnia_server.rare_log import RareLog

from .trouble import StorageFailed, reason_of

logger = logging.getLogger("antonnia.storage")

CHANNEL = "antonnia"
LOOK_AGAIN_SECONDS = 0.5
# For the first signal, which goes from one connection of a process to its other one.
HEAR_SECONDS = 5.0


class Signals:
    """One connection that listens; used on the event loop only."""

    def __init__(
        self,
        open_connection: Callable[[], psycopg.Connection[Any]],
        on_topics: Callable[[set[str]], None],
        on_recovery: Callable[[], None],
    ) -> None:
        self._open = open_connection
        self._on_topics = on_topics
        self._on_recovery = on_recovery
        self._sender = secrets.token_hex(8)
        self._listening: psycopg.Connection[Any] | None = None
        self._sending: psycopg.Connection[Any] | None = None
        self._file = -1
        self._untold: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._recovering: asyncio.Task[None] | None = None
        self._is_closed = asyncio.Event()
        self._rare = RareLog(logger)
        self.trouble: StorageFailed | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            psycopg.Error: The server cannot be reached.
        """
        await self._connect()

    async def close(self) -> None:
        self._is_closed.set()
        if self._telling is not None:
            await self._telling
        # Not cancelled: a connection that is being made has to be closed.
        if self._recovering is not None:
            await self._recovering
        self._disconnect()

    def tell(self, topics: set[str]) -> None:
        """Have the listeners of the other processes called."""
        self._untold |= topics
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    def suspect(self, error: BaseException) -> None:
        """Somebody could not reach the server: find out whether it is away."""
        if self._recovering is None and not self._is_closed.is_set():
            self._recovering = asyncio.create_task(self._recover(error))

    async def _tell(self) -> None:
        try:
            while self._untold and self._sending is not None:
                topics, self._untold = self._untold, set()
                payload = " ".join([self._sender, *sorted(topics)])
                await asyncio.to_thread(_notify, self._sending, payload)
        except psycopg.Error as error:
            # Whoever was not told looks by itself after a while.
            self.suspect(error)
        finally:
            self._telling = None

    async def _connect(self) -> None:
        listening = await asyncio.to_thread(self._open)
        try:
            sending = await asyncio.to_thread(self._open)
            try:
                await asyncio.to_thread(_listen, listening, sending, self._sender)
            except BaseException:
                sending.close()
                raise
        except BaseException:
            listening.close()
            raise
        self._listening, self._sending = listening, sending
        # Kept: a connection that was lost does not tell it any more.
        self._file = listening.fileno()
        asyncio.get_running_loop().add_reader(self._file, self._readable)

    def _disconnect(self) -> None:
        listening, self._listening = self._listening, None
        sending, self._sending = self._sending, None
        if listening is not None:
            asyncio.get_running_loop().remove_reader(self._file)
            listening.close()
        if sending is not None:
            sending.close()

    def _readable(self) -> None:
        assert self._listening is not None, "nothing is read after the end"
        wire = self._listening.pgconn
        topics: set[str] = set()
        try:
            wire.consume_input()
            while (signal := wire.notifies()) is not None:
                sender, *told = signal.extra.decode().split(" ")
                if sender != self._sender:
                    topics.update(told)
        except psycopg.OperationalError as error:
            self.suspect(error)
        if topics:
            self._on_topics(topics)

    async def _recover(self, error: BaseException) -> None:
        """Connect anew; until that succeeds, the server is away."""
        self._disconnect()
        while not self._is_closed.is_set():
            try:
                await self._connect()
                break
            except psycopg.Error as refused:
                if self.trouble is None:
                    self._rare.log(logging.ERROR, "the database is away: %s", reason_of(error))
                self.trouble = StorageFailed(f"the database cannot be reached: {refused}")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._is_closed.wait()
        if self.trouble is not None:
            self.trouble = None
            self._rare.log(logging.WARNING, "the database can be reached again")
        self._recovering = None
        # What was told meanwhile was not heard.
        self._on_recovery()


def _listen(
    listening: psycopg.Connection[Any], sending: psycopg.Connection[Any], sender: str
) -> None:
    """Listen, and make sure that what is sent is heard.

    Raises:
        psycopg.OperationalError: It is not, as where two transactions of a connection may go to two
            sessions of the server. Nor would our limits hold there.
    """
    listening.execute(f"LISTEN {CHANNEL}")
    _notify(sending, sender)
    for heard in listening.notifies(timeout=HEAR_SECONDS):
        if heard.payload == sender:
            return
    raise psycopg.OperationalError(
        "what one of our connections tells is not heard on the other: a pooler between, such as "
        "PgBouncer, has to pool sessions (pool_mode = session)"
    )


def _notify(connection: psycopg.Connection[Any], payload: str) -> None:
    connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
