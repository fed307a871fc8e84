"""The one source of time: integer microseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> int:
        """Microseconds since 1970."""
        ...


class SystemClock:
    """The wall clock."""

    def now(self) -> int:
        return time.time_ns() // 1000


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
