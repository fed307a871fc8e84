"""Gives each event its position once it is committed, where commits come in any order.

Events that are written at the same time on PostgreSQL cannot know which of them will be committed
first. They are written without a position, and numbered afterwards, some milliseconds later. Every
process numbers what it finds, its own events or those of one that has died.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from antonnia_server.db import Database, NameHeld, StorageFailed
from antonnia_server.rare_log import RareLog

from . import service

logger = logging.getLogger("antonnia.events")
_rare = RareLog(logger)

# How long the events of a process that has died wait for another one.
LOOK_AGAIN_SECONDS = 1.0
AT_ONCE = 1_000


class Relay:
    """The numbering of one process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._db.listen(service.UNNUMBERED, self._wake.set)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        assert self._task is not None, "stop() before start()"
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                if await self._db.write(service.number_events, at_most=AT_ONCE) == AT_ONCE:
                    continue
            except (NameHeld, StorageFailed) as error:
                _rare.log(logging.ERROR, "events cannot be numbered: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await self._wake.wait()
