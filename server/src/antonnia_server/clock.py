"""The one source of time: integer microseconds since 1970, UTC."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

SECOND = 1_000_000
# Small corrections are not worth a line.
REMARKABLE_NANOSECONDS = 5_000_000_000
logger = logging.getLogger("antonnia.clock")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> int:
        """Microseconds since 1970."""
        ...


class SystemClock:
    """The wall clock, but never back.

    When the wall clock is set back, this one goes on, at half the speed, until the other has caught
    up with it. So nothing is updated before it was made, and a wait of a second takes two at most.
    When the wall clock is set forward, this one follows: it cannot tell a mistake from a
    correction, or from the end of a machine's sleep.
    """

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._shown, self._looked_at = wall(), monotonic()
        self._offset = self._shown - self._looked_at

    def now(self) -> int:
        with self._lock:
            wall, looked_at = self._wall(), self._monotonic()
            elapsed = looked_at - self._looked_at
            # In order, the wall clock has gone on by all that has elapsed, and is the later one.
            shown = max(wall, self._shown + elapsed // 2)
            self._shown, self._looked_at = shown, looked_at
            jumped = wall - looked_at - self._offset
            self._offset += jumped
        if abs(jumped) > REMARKABLE_NANOSECONDS:
            way = "forward" if jumped > 0 else "back"
            logger.warning("the clock of the machine went %s by %.1f s", way, abs(jumped) / 1e9)
        return shown // 1000


class HandClock:
    """A clock that stands still until it is moved; it never goes back."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def move_to(self, moment: int) -> None:
        self._now = max(self._now, moment)


def to_datetime(moment: int) -> datetime:
    return _EPOCH + timedelta(microseconds=moment)


def to_optional_datetime(moment: int | None) -> datetime | None:
    return None if moment is None else to_datetime(moment)


def from_datetime(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
