"""What is worth another try, and how long to wait for it."""

from __future__ import annotations

import math
import random
from typing import Optional

from .errors import AntonniaError, APIConnectionError
from .httpx_failures import CLIENT_CLOSED

FIRST_BACKOFF_SECONDS = 0.5
MAX_BACKOFF_SECONDS = 8.0

# A server that asks for more is tried again at this time all the same: a call should end within
# minutes, and `retry_after` on the error tells who can wait longer.
MAX_RETRY_AFTER_SECONDS = 60.0

RETRIED_STATUSES = frozenset([408, 429, 502, 503, 504])


def is_worth_retrying(error: AntonniaError) -> bool:
    """Whether the same request may fare better a moment later."""
    if error.code == CLIENT_CLOSED:
        return False
    return (
        isinstance(error, APIConnectionError)
        or error.status_code in RETRIED_STATUSES
        or error.code == "idempotency_key_in_use"
    )


def delay_seconds(retries_done: int, error: AntonniaError) -> float:
    """How long to wait: what the server asked for, or else exponential backoff with full jitter.

    Full jitter spreads the clients that a short outage has put in step.
    """
    if error.retry_after is not None:
        return min(error.retry_after, MAX_RETRY_AFTER_SECONDS)
    # Beyond ten doublings the cap has long been reached, and a float could overflow.
    longest = FIRST_BACKOFF_SECONDS * 2 ** min(retries_done, 10)
    return random.uniform(0, min(longest, MAX_BACKOFF_SECONDS))


def parse_retry_after(value: str, now: float) -> Optional[float]:
    """The seconds that a `Retry-After` header asks for, given as a number or as an HTTP date.

    `now` is in seconds since 1970. A value that is neither, which a proxy may send, counts as none.
    """
    try:
        seconds = float(value)
    except ValueError:
        date = _parse_date(value)
        if date is None:
            return None
        seconds = date - now
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _parse_date(value: str) -> Optional[float]:
    from email.utils import mktime_tz, parsedate_tz

    parts = parsedate_tz(value)
    if parts is None:
        return None
    try:
        return mktime_tz(parts)
    except (ValueError, OverflowError):
        # A day that no calendar has, or a year that no clock can show.
        return None
