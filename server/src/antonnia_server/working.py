"""A process that only does what is due later, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import uvloop

from .clock import SystemClock
from .db import Database
from .later_work import numbering, running_jobs
from .serving import log_to_stderr, take_short_turns
from .settings import Settings
from .shared_database import SharedDatabase
from .shared_standalone import open_shared, shared_faults


def work(database: SharedDatabase, settings: Settings, *, on_ready: Callable[[], None]) -> None:
    """Run jobs until SIGTERM or SIGINT, and finish those that run then.

    A second signal waits for nothing: another process takes over what is left.
    """
    log_to_stderr()
    take_short_turns()
    with shared_faults(database):
        uvloop.run(_until_told(database, settings, on_ready))


async def _until_told(
    database: SharedDatabase, settings: Settings, on_ready: Callable[[], None]
) -> None:
    clock = SystemClock()
    db: Database = open_shared(database, clock)
    told = _Told()
    await db.start()
    try:
        async with numbering(db), running_jobs(db, clock, settings):
            on_ready()
            await told.once.wait()
    finally:
        await db.close()


class _Told:
    """Signals; the first one is a wish to end well."""

    def __init__(self) -> None:
        self.once = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: signal.Signals) -> None:
        if self.once.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.once.set()
