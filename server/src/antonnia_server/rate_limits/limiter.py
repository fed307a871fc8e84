"""Whether a caller may ask once more now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from antonnia_server.clock import SECOND, Clock
from antonnia_server.http.caller import Caller
from antonnia_server.http.refusal import RateLimited
from antonnia_server.settings import RateLimits

from .counts import Count, Counts

if TYPE_CHECKING:
    from limits import RateLimitItem

# What is counted of a refusal: whose limit it was, `token` or `organization`.
CountRefusal = Callable[[str], None]


class _Limit(NamedTuple):
    whose: str
    most: int
    seconds: int
    # As a person reads it.
    words: str


class Limiter:
    """The limits of each token and of each organization, counted by one process."""

    def __init__(self, settings: RateLimits, clock: Clock, count_refusal: CountRefusal) -> None:
        self.counts = Counts(clock)
        self._count_refusal = count_refusal
        self._limits = [
            *_limits_of("token", settings.per_token),
            *_limits_of("organization", settings.per_organization),
        ]
        self.is_on = bool(self._limits)

    def admit(self, caller: Caller) -> None:
        """Count a request.

        Raises:
            RateLimited: It is one too many, and is not counted.
        """
        counted: list[Count] = []
        for limit in self._limits:
            count = self.counts.take(_key(limit, caller), limit.most, limit.seconds)
            if count is None:
                for taken in counted:
                    taken.here -= 1
                raise self._refusal(caller)
            counted.append(count)

    def _refusal(self, caller: Caller) -> RateLimited:
        """By the limit that lasts longest, so that whoever waits as long is not refused again."""
        wait, limit = max(
            (
                (self.counts.wait_for(_key(limit, caller), limit.most, limit.seconds), limit)
                for limit in self._limits
            ),
            key=lambda each: each[0],
        )
        self._count_refusal(limit.whose)
        seconds = max(1, -(-wait // SECOND))
        return RateLimited(
            f"This is beyond the limit of the {limit.whose}, {limit.words}; try again in "
            f"{seconds} {'second' if seconds == 1 else 'seconds'}.",
            retry_after_seconds=seconds,
        )


def _key(limit: _Limit, caller: Caller) -> str:
    """Of what is counted: ids tell whose they are, and a changed limit begins anew."""
    owner = caller.token_id if limit.whose == "token" else caller.organization_id
    return f"{owner}/{limit.most}/{limit.seconds}"


def _limits_of(whose: str, notation: str | None) -> list[_Limit]:
    if notation is None:
        return []
    return [
        _Limit(whose, item.amount, item.get_expiry(), _words(item)) for item in parsed(notation)
    ]


def parsed(notation: str) -> list[RateLimitItem]:
    """The limits that a setting names.

    Raises:
        ValueError: It names none, or one that lets nobody in.
    """
    # Only here: a server without limits starts without it.
    from limits import parse_many

    items = parse_many(notation)
    for item in items:
        if item.amount < 1 or item.get_expiry() < 1:
            raise ValueError(f"{notation!r} lets nobody in")
    return items


def _words(item: RateLimitItem) -> str:
    name = item.GRANULARITY.name
    every = name if item.multiples == 1 else f"{item.multiples} {name}s"
    return f"{item.amount} request{'' if item.amount == 1 else 's'} per {every}"
