"""All connections of a server: how many there are, which make room, and what they cost."""

from __future__ import annotations

import logging
import resource
from collections import Counter, OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from .inflow import Inflow
from .settings import Limits

if TYPE_CHECKING:
    from .http_protocol import HttpProtocol

logger = logging.getLogger("antonnia.server")

# Files that are no connections: the database's, the listener, what a library opens for a moment.
RESERVED_FILES = 128
# Connections that were refused and have not read it yet.
MAX_REFUSED = 256
SUMMARY_SECONDS = 60


class Connections:
    """Those that are open, by what they do.

    The time is `sweep`'s, about once a second: keeping a timer for each request would cost more
    than everything else here.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.complaints = Complaints()
        self.inflow = Inflow()
        self._open: set[HttpProtocol] = set()
        self._refused: set[HttpProtocol] = set()
        # Those without a complete head of a request, the one that has waited longest first.
        self._waiting: OrderedDict[HttpProtocol, None] = OrderedDict()
        # Those with an answer that the client does not take, and how much of it was left when it
        # was last asked; the oldest first.
        self._unsent: OrderedDict[HttpProtocol, int] = OrderedDict()
        self._unsent_bytes = 0
        self._noted: list[HttpProtocol] = []

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: HttpProtocol) -> bool:
        """Whether there is room for it; one that waits for a request makes room."""
        if len(self._open) >= self.limits.max_connections:
            if not self._waiting:
                self.complaints.add("connections refused, as too many are at work")
                return False
            oldest, _ = self._waiting.popitem(last=False)
            oldest.hang_up()
            self.complaints.add("connections closed while they waited, to make room")
        self._open.add(connection)
        self._waiting[connection] = None
        return True

    def refuse(self, connection: HttpProtocol) -> bool:
        """Whether there is room to tell it why it is refused."""
        if len(self._refused) >= MAX_REFUSED:
            return False
        self._refused.add(connection)
        return True

    def waits(self, connection: HttpProtocol) -> None:
        """It waits for its next request."""
        if connection in self._open:
            self._waiting[connection] = None

    def works(self, connection: HttpProtocol) -> None:
        """It has a request."""
        self._waiting.pop(connection, None)

    def piles_up(self, connection: HttpProtocol, size: int) -> None:
        """Its client does not take its answer as fast as it was written."""
        self._unsent_bytes += size - self._unsent.pop(connection, 0)
        self._unsent[connection] = size
        if self._unsent_bytes > self.limits.max_unsent_bytes:
            self._look_at_unsent()
        while self._unsent_bytes > self.limits.max_unsent_bytes:
            oldest = next(iter(self._unsent))
            self.flows(oldest)
            oldest.transport.abort()
            self.complaints.add("answers cut off, as too much was left of all of them")

    def flows(self, connection: HttpProtocol) -> None:
        """Its client takes its answer, or is gone."""
        self._unsent_bytes -= self._unsent.pop(connection, 0)

    def remove(self, connection: HttpProtocol) -> None:
        self._open.discard(connection)
        self._refused.discard(connection)
        self._waiting.pop(connection, None)
        self.inflow.forget(connection.reading)
        self.flows(connection)

    def sweep(self, now: float, *, part: int = 0, parts: int = 1) -> None:
        """End what has taken too long. `now` is in seconds, on a clock that never goes back.

        Ten thousand connections at once would hold everyone up: the first of several parts takes
        note of all, and each looks at its share.
        """
        self.inflow.renew()
        if part == 0:
            self._look_at_unsent()
            self._noted = [*self._open, *self._refused]
            self.complaints.log(now)
        for connection in self._noted[part::parts]:
            connection.look_at(now)

    def _look_at_unsent(self) -> None:
        for connection in self._unsent:
            self._unsent[connection] = connection.transport.get_write_buffer_size()
        self._unsent_bytes = sum(self._unsent.values())


class Complaints:
    """What clients do wrong, in one line a minute: a line for each would fill the disk."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._logged_at: float | None = None

    def add(self, kind: str) -> None:
        self._counts[kind] += 1

    def log(self, now: float) -> None:
        if not self._counts:
            return
        if self._logged_at is not None and now - self._logged_at < SUMMARY_SECONDS:
            return
        said = ", ".join(f"{count:,} {kind}" for kind, count in self._counts.items())
        logger.warning("connections since the last such line: %s", said)
        self._counts.clear()
        self._logged_at = now


def with_descriptors(limits: Limits) -> Limits:
    """Raise the limit of open files as far as it goes, and the limits with what that leaves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY:
        return limits
    most = max(1, min(limits.max_connections, hard - RESERVED_FILES))
    if most < limits.max_connections:
        logger.warning("the system allows %d open files, so there are %d connections", hard, most)
    return replace(limits, max_connections=most)
