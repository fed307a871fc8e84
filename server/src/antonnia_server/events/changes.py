"""Wakes those who wait for something new in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from antonnia_server.db import Database

from .service import TOPIC

R = TypeVar("R")


class Changes:
    """The commits that have added to the log, from the making of this on."""

    def __init__(self, db: Database) -> None:
        self._next = asyncio.Event()
        db.listen(TOPIC, self._on_commit)

    async def first(
        self, read: Callable[[], Awaitable[R]], is_news: Callable[[R], bool], seconds: float
    ) -> R:
        """What `read` brings as soon as it is news, or else what it brings after `seconds`."""
        found: R
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    # Held before the look, so that no commit falls between the two.
                    next_commit = self._next
                    found = await read()
                    if is_news(found):
                        return found
                    await next_commit.wait()
        return await read()

    def _on_commit(self) -> None:
        woken, self._next = self._next, asyncio.Event()
        woken.set()
