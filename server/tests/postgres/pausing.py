"""Units of work that stop on the way until a test lets them go on."""

from __future__ import annotations

import asyncio
import threading

PATIENCE_SECONDS = 20


class Pause:
    """A place in a unit of work, at which it waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reached = asyncio.Event()
        self._may_go_on = threading.Event()

    def wait(self) -> None:
        """Called by the unit."""
        self._loop.call_soon_threadsafe(self._reached.set)
        assert self._may_go_on.wait(PATIENCE_SECONDS), "nobody let it go on"

    async def reached(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._reached.wait()

    def end(self) -> None:
        self._may_go_on.set()
