"""The addresses of names, looked up so that a name that hangs holds no other organization up."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

logger = logging.getLogger("antonnia.events")

# The addresses of a name, as text.
Resolve = Callable[[str, int], Awaitable[list[str]]]

# A lookup that hangs keeps its thread for as long as the system waits, longer than an attempt.
THREADS = 64
# Of these, those of one organization.
PER_ORGANIZATION = 4


class Names:
    """Looks names up, in threads of its own, and only so many of an organization at a time."""

    def __init__(self, resolve: Resolve | None = None) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="antonnia-resolver")
        self._resolve = resolve or self._resolve_with_system
        # Kept by whoever looks something up or waits for it.
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def is_busy(self, organization_id: str) -> bool:
        """Whether the next name of an organization would have to wait for others of it."""
        share = self._shares.get(organization_id)
        return share is not None and share.locked()

    async def addresses_of(self, host: str, port: int, organization_id: str) -> list[str]:
        """The addresses that a name stands for; waits while its organization has its share."""
        share = self._shares.get(organization_id)
        if share is None:
            share = self._shares[organization_id] = asyncio.Semaphore(PER_ORGANIZATION)
        await share.acquire()
        looking = asyncio.ensure_future(self._resolve(host, port))

        def ended(looking: asyncio.Future[list[str]]) -> None:
            share.release()
            if not looking.cancelled() and isinstance(error := looking.exception(), Exception):
                logger.debug("a name was looked up in vain: %s", error)

        # Whoever gives up leaves the thread where it is, and with it the place.
        looking.add_done_callback(ended)
        return await asyncio.shield(looking)

    async def _resolve_with_system(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found: list[Any] = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(address[0]) for *_, address in found))
