"""A backup of a server at work is a database from which a server starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

import pytest
from consistency import check_consistency
from crash.acknowledged import check_acknowledged
from crash.attempts import Attempt, Journal
from crash.load import given_load
from server_process import ANTONNIA_DEV, ServerProcess, microseconds
from stored import Stored, until_every_window_has_ended

MANY = 60


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncGenerator[tuple[ServerProcess, ServerProcess]]:
    """One at work, and the place of one that is made of its backup."""
    pair = ServerProcess(tmp_path / "data"), ServerProcess(tmp_path / "restored")
    try:
        await pair[0].start()
        yield pair
    finally:
        for server in pair:
            await server.close()


async def test_a_backup_under_load_has_what_was_acknowledged_before_it_and_is_whole(
    servers: tuple[ServerProcess, ServerProcess], tmp_path: Path
) -> None:
    server, restored = servers
    journal = Journal()
    begun_at = 0

    async def back_up() -> None:
        nonlocal begun_at
        await journal.until_acknowledged(MANY)
        begun_at = microseconds()
        await antonnia("backup", tmp_path / "backup.db", "--data", server.data)
        await journal.until_acknowledged(MANY)

    load = await given_load(server, journal)
    await load.run_beside(asyncio.create_task(back_up()))
    await server.kill()
    await antonnia("restore", tmp_path / "backup.db", "--data", restored.data)
    await restored.start()
    await until_every_window_has_ended(restored.database, within_seconds=60)
    await restored.stop()

    later = forget_what_came_after(journal.attempts, begun_at)
    stored = Stored(restored.database)
    check_acknowledged(journal, stored, check_consistency(stored))
    acknowledged = sum(attempt.is_acknowledged for attempt in journal.attempts)
    assert acknowledged > 0
    assert later > 0
    print(f"\n{acknowledged:,} writes acknowledged before the backup, {later:,} after it began")


async def antonnia(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(ANTONNIA_DEV[0], *map(str, command))
    assert await process.wait() == 0


def forget_what_came_after(attempts: Iterable[Attempt], moment: int) -> int:
    """Take the answers away that came later: whether the copy has those is open; how many."""
    later = [attempt for attempt in attempts if attempt.answered_at >= moment]
    for attempt in later:
        attempt.answer = None
    return len(later)
