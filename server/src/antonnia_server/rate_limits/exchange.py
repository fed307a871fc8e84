"""Tells other processes what this one has counted, and hears what they have.

Not at each request, which would cost a round trip each: a request asks the counts of its process
alone. What a process has let through since its last exchange, the others do not know yet; by so
much a limit can be exceeded.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Protocol

from antonnia_server.db import Database
from antonnia_server.settings import RateLimits

from .counts import Counts
from .ledger import Ledger, LedgerFailed, PostgresLedger
from .limiter import Limiter

logger = logging.getLogger("antonnia.rate_limits")

# Between two exchanges of a process that has something to tell.
EXCHANGE_SECONDS = 0.1
# … and between two tries while nobody answers.
TRY_AGAIN_SECONDS = 1.0


class Show(Protocol):
    """Shows an operator whether this process is alone with its counts."""

    def __call__(self, *, are_alone: bool) -> None: ...


class Exchange:
    """The exchange of one process."""

    def __init__(self, counts: Counts, ledger: Ledger, show: Show) -> None:
        self._counts = counts
        self._ledger = ledger
        self._show = show
        self._is_alone = False
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._counts.share(self._news.set)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Tell what was counted last, if it can be told, and no more."""
        assert self._task is not None, "stop() before start()"
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.catch_up()
        await self._ledger.close()

    async def catch_up(self) -> bool:
        """Tell what has not been told; whether nobody had to be told, or all have heard."""
        async with self._turn:
            told = self._counts.tell()
            if not told:
                return True
            try:
                sums = await self._ledger.add(told)
            except BaseException as error:
                # Also where nobody waits for it any more: what may not have been told is not lost.
                self._counts.tell_again(told)
                # A mistake of ours must not end the exchange for good, or the server.
                if not isinstance(error, Exception):
                    raise
                self._is_now_alone(error)
                return False
            for count, (total, before) in zip(told, sums, strict=True):
                self._counts.hear(count, total, before)
            self._is_no_more_alone()
            return True

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if await self.catch_up():
                await asyncio.sleep(EXCHANGE_SECONDS)
            else:
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                self._news.set()

    def _is_now_alone(self, error: Exception) -> None:
        if not self._is_alone:
            logger.warning(
                "the counts of requests cannot be shared, and each process goes by its own: %s",
                error,
                exc_info=not isinstance(error, LedgerFailed),
            )
        self._is_alone = True
        self._show(are_alone=True)

    def _is_no_more_alone(self) -> None:
        if self._is_alone:
            logger.info("the counts of requests are shared again")
        self._is_alone = False
        self._show(are_alone=False)


@contextlib.asynccontextmanager
async def sharing(
    limiter: Limiter, db: Database, settings: RateLimits, show: Show
) -> AsyncGenerator[Exchange | None]:
    """Share the counts, if there are limits, and somebody to share them with."""
    if not limiter.is_on or (settings.storage is None and not db.is_shared):
        yield None
        return
    exchange = Exchange(limiter.counts, _ledger(db, settings), show)
    exchange.start()
    try:
        yield exchange
    finally:
        await exchange.stop()


def _ledger(db: Database, settings: RateLimits) -> Ledger:
    if settings.storage is None:
        return PostgresLedger(db)
    # Only here: who has no Redis need not have its driver.
    from .redis_ledger import RedisLedger

    return RedisLedger(settings.storage)
