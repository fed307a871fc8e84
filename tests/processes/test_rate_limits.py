"""One limit, whichever of several servers is asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fleet import running_fleet

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import RateLimitError

LIMIT = 1_000
AT_ONCE = 8
OPTIONS = f"--no-jobs --rate-limit-token {LIMIT}/hour"


async def test_two_servers_let_as_many_through_as_one_may(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[OPTIONS, OPTIONS]) as fleet:
        async with fleet.client() as one, fleet.client() as other:
            loads = [flood(client) for client in (one, other) for _ in range(AT_ONCE)]
            answered = sum(await asyncio.gather(*loads))
            again = [await flood(client) for client in (one, other)]
        assert fleet.complaints() == []

    # Beyond it is what came between two exchanges; each by itself would have let all of it through.
    assert LIMIT <= answered < 1.5 * LIMIT
    assert again == [0, 0]
    print(f"\na limit of {LIMIT}, two servers at full speed: {answered} let through")


async def flood(client: Conversations) -> int:
    """Ask until that is refused; how often it was answered."""
    answered = 0
    while True:
        try:
            await client.agents.search()
        except RateLimitError:
            return answered
        answered += 1
