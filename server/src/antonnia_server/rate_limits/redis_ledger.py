"""The ledger in a Redis: for whoever has one, and would spare the database the counting."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .counts import Count
from .ledger import LedgerFailed, Sum

# Requests do not wait for it; the next exchange does.
TIMEOUT_SECONDS = 1.0
PREFIX = "antonnia:requests"


class RedisLedger:
    """Adds in one round trip, however many keys there are."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  # its **kwargs
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Once, for a connection that was closed meanwhile; the exchange itself comes again.
            retry=Retry(NoBackoff(), 1),
        )

    async def add(self, told: Sequence[Count]) -> list[Sum]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for count in told:
                name = _name(count.key, count.number)
                pipeline.incrby(name, count.sent)
                # Until it weighs nothing any more, by whichever of the clocks is behind.
                pipeline.expire(name, 3 * count.seconds)
                pipeline.get(_name(count.key, count.number - 1))
            try:
                answers = await pipeline.execute()
                totals, before = answers[::3], answers[2::3]
                return [Sum(int(t), int(b or 0)) for t, b in zip(totals, before, strict=True)]
            except (RedisError, OSError) as error:
                raise LedgerFailed(str(error)) from error
            except (TypeError, ValueError) as error:
                raise LedgerFailed("its answers are no numbers") from error

    async def close(self) -> None:
        await self._redis.aclose()


def _name(key: str, number: int) -> str:
    return f"{PREFIX}:{key}:{number}"
