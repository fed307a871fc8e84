"""Times that a request gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from antonnia_server.clock import from_datetime

from .refusal import invalid


def moment_of(value: datetime, loc: Sequence[str]) -> int:
    """The moment of a time in any zone.

    Raises:
        ValidationFailed: In UTC it is before the year 1 or after 9999, and could not be answered.
    """
    try:
        return from_datetime(value.astimezone(UTC))
    except OverflowError:
        raise invalid(loc, "is not within the years 1 to 9999 in UTC") from None
