"""Gives each event its position once it is committed, where commits come in any order.

Events that are written at the same time on PostgreSQL cannot know which of them will be committed
first. They are written without a position, and numbered afterwards, some milliseconds later. Every
process numbers what it finds, its own events or those of one that has died.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from time import perf_counter

from antonnia_server.db import Database, NameHeld, StorageFailed
from antonnia_server.rare_log import RareLog

from . import service

logger = logging.getLogger("antonnia.events")
_rare = RareLog(logger)

# How long the events of a process that has died wait for another one.
LOOK_AGAIN_SECONDS = 1.0
AT_ONCE = 1_000

# What is counted of a commit of this process: the seconds until its events had their positions.
CountDelay = Callable[[float], None]


class Relay:
    """The numbering of one process."""

    def __init__(self, db: Database, count: CountDelay | None = None) -> None:
        self._db = db
        self._count = count
        self._wake = asyncio.Event()
        # When each commit was made whose events may have no position yet.
        self._committed_at: list[float] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._db.listen(service.UNNUMBERED, self._on_commit)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Number what this process has committed last, and no more."""
        assert self._task is not None, "stop() before start()"
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        while await self._number():
            pass

    def _on_commit(self) -> None:
        self._committed_at.append(perf_counter())
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            if await self._number():
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._wake.wait()

    async def _number(self) -> bool:
        """Number what is committed; whether there is more."""
        before = len(self._committed_at)
        try:
            numbered = await self._db.write(service.number_events, at_most=AT_ONCE)
        except Exception as error:
            # Whatever it is, events must get their positions when it is over. A process that
            # stands still may hold the numbering, until its transaction is ended.
            is_ours = not isinstance(error, (StorageFailed, NameHeld))
            _rare.log(logging.ERROR, "events cannot be numbered: %r", error, exc_info=is_ours)
            return False
        if numbered == AT_ONCE:
            return True
        now = perf_counter()
        if self._count is not None:
            for committed_at in self._committed_at[:before]:
                self._count(now - committed_at)
        del self._committed_at[:before]
        return False
