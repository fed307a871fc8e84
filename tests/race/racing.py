"""Many races, several at a time, and each as close as can be."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

RACES_AT_A_TIME = 8


class Delay:
    """How long the second one waits, so that each wins about half of the races."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def wait(self) -> None:
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.5))

    def learn(self, *, second_was_late: bool) -> None:
        """Come a little earlier next time, or a little later."""
        self._seconds *= 0.9 if second_was_late else 1.1
        self._seconds = min(max(self._seconds, 0.0001), 2.0)


async def run_races(races: int, race: Callable[[int], Awaitable[None]]) -> None:
    """Run `race(number)` for each number, a few of them at a time."""
    numbers = iter(range(races))

    async def run_some() -> None:
        for number in numbers:
            await race(number)

    await asyncio.gather(*(run_some() for _ in range(RACES_AT_A_TIME)))
