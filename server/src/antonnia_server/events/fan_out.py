"""Brings what is new in the log into the ledger, soon after it was committed."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from antonnia_server.db import Database, StorageFailed
from antonnia_server.rare_log import RareLog

from . import service

logger = logging.getLogger("antonnia.events")
_rare = RareLog(logger)

# Where others write to the log too: how long one of them may have been silent about it.
LOOK_AGAIN_SECONDS = 1.0
# Webhooks for which the log is looked through in one unit of work.
AT_ONCE = 8


class FanOut:
    """The work of one process on it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._wake = asyncio.Event()
        # As long as nobody is to be told of anything, a commit costs nothing here.
        self._is_wanted = True
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._db.listen(service.TOPIC, self._on_events)
        self._db.listen(service.WEBHOOKS_TOPIC, self._wake.set)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        assert self._task is not None, "stop() before start()"
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def catch_up(self) -> bool:
        """Look through the log to its present end; whether there was anything to look through."""
        was_behind = False
        while behind := await self._db.read(service.list_behind):
            was_behind = True
            for start in range(0, len(behind), AT_ONCE):
                keys = behind[start : start + AT_ONCE]
                if not await self._db.write(service.fan_out, keys):
                    # Another process is at it, and looks again before it is done.
                    return True
        self._is_wanted = behind is not None
        return was_behind

    def _on_events(self) -> None:
        if self._is_wanted:
            self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.catch_up()
                timeout = LOOK_AGAIN_SECONDS if self._db.is_shared else None
            except Exception as error:
                # Whatever it is, the log must be looked through when it is over.
                is_ours = not isinstance(error, StorageFailed)
                _rare.log(
                    logging.ERROR, "the log cannot be looked through: %r", error, exc_info=is_ours
                )
                timeout = LOOK_AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._wake.wait()
