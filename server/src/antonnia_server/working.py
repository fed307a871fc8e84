"""A process that only does what is due later, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack

import uvloop

from .app import create_watched_app
from .clock import SystemClock
from .db import Database
from .events.outbound import Guard
from .later_work import numbering, running_jobs
from .metrics import Metrics
from .serving import answering, log_to_stderr, take_short_turns
from .settings import Settings
from .shared_database import SharedDatabase
from .shared_standalone import open_shared, shared_faults


def work(
    database: SharedDatabase,
    settings: Settings,
    listener: socket.socket | None,
    *,
    on_ready: Callable[[], None],
) -> None:
    """Run jobs until SIGTERM or SIGINT, and finish those that run then.

    Until all of that is done, `listener` tells how it goes. A second signal waits for nothing:
    another process takes over what is left.
    """
    log_to_stderr()
    take_short_turns()
    with shared_faults(database):
        uvloop.run(_until_told(database, settings, listener, on_ready))


async def _until_told(
    database: SharedDatabase,
    settings: Settings,
    listener: socket.socket | None,
    on_ready: Callable[[], None],
) -> None:
    clock = SystemClock()
    db: Database = open_shared(database, clock)
    counted = Metrics()
    told = _Told()
    guard = Guard(
        allows_private=settings.webhooks.allows_private,
        allowed_networks=settings.webhooks.allowed_networks,
    )
    await db.start()
    try:
        async with AsyncExitStack() as stack:
            if listener is not None:
                app = create_watched_app(db, counted, settings.limits)
                await stack.enter_async_context(answering(app, listener, settings.limits))
            await stack.enter_async_context(numbering(db, counted.count_event_delay))
            work = running_jobs(db, clock, settings, guard, counted.count_job)
            await stack.enter_async_context(work)
            on_ready()
            await told.once.wait()
    finally:
        guard.close()
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
