"""kill -9 at full speed: what was acknowledged stays, and every wait for an answer ends once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies, check_what_the_api_shows
from crash.attempts import Journal
from crash.load import given_load
from scale import CRASH_ROUNDS
from server_process import ServerProcess
from stored import Row, Stored, until_every_window_has_ended

# How long a round works, in seconds, until its server is killed.
SHORTEST_ROUND, LONGEST_ROUND = 0.5, 1.6
# How late an answer may come after it was due, or after the restart if it was due before. The lease
# of a job, which a restart must not wait for, is twice as long.
LATEST_MICROSECONDS = 7_000_000


async def test_a_killed_server_keeps_what_it_acknowledged_and_ends_every_wait_once(
    tmp_path: Path,
) -> None:
    journal = Journal()
    repeated = 0

    async with running_server(tmp_path) as server:
        load = await given_load(server, journal)
        for _ in range(CRASH_ROUNDS):
            first = len(journal.attempts)
            await load.run_until_killed(asyncio.create_task(kill_soon(server)))
            await server.start()
            async with server.client(max_retries=2) as client:
                await check_what_the_api_shows(client, journal.attempts[first:])
                repeated += await journal.repeat_what_was_not_answered(client, since=first)
        await until_every_window_has_ended(server.database, within_seconds=30)
        await server.stop()

    stored = Stored(server.database)
    states = check_consistency(stored)
    check_acknowledged(journal, stored, states)
    check_replies(journal, stored)
    survivors = [w for w in stored.windows if was_cut(server, w["opened_at"], w["closed_at"])]
    assert survivors, "no window was open at a kill: nothing was proven"
    latest = max(lateness(server, window) for window in stored.windows)
    assert latest < LATEST_MICROSECONDS
    assert server.complaints() == []
    assert "antonnia: warning" not in server.logged
    cut = [r for r in stored.runs.values() if was_cut(server, r["started_at"], r["finished_at"])]
    print(
        f"\n{CRASH_ROUNDS} rounds: {figures(journal, stored)}; {repeated:,} requests cut off by a "
        f"kill and repeated, {len(survivors):,} windows and {len(cut):,} runs ended after one, "
        f"none later than {latest / 1e6:.1f} s"
    )


@asynccontextmanager
async def running_server(directory: Path) -> AsyncGenerator[ServerProcess]:
    server = ServerProcess(directory / "data")
    try:
        await server.start()
        yield server
    finally:
        await server.close()


async def kill_soon(server: ServerProcess) -> None:
    await asyncio.sleep(random.uniform(SHORTEST_ROUND, LONGEST_ROUND))
    await server.kill()


def was_cut(server: ServerProcess, begun_at: int, ended_at: int) -> bool:
    """Whether a server died in between."""
    return any(begun_at <= life.ended_at < ended_at for life in server.lives)


def lateness(server: ServerProcess, window: Row) -> int:
    """How long after the moment from which on it could end the window has ended."""
    life = next(life for life in server.lives if window["closed_at"] <= life.ended_at)
    return int(window["closed_at"]) - max(window["due_at"], life.ready_at)


def figures(journal: Journal, stored: Stored) -> str:
    acknowledged = sum(attempt.is_acknowledged for attempt in journal.attempts)
    refused = sum(attempt.refusal is not None for attempt in journal.attempts)
    outcomes = Counter(window["outcome"] for window in stored.windows)
    runs = Counter(run["status"] for run in stored.runs.values())
    return (
        f"{acknowledged:,} acknowledged writes, {refused:,} refused, "
        f"{len(stored.messages):,} messages, {len(stored.events):,} events; "
        f"{len(stored.windows):,} windows: {outcomes['answer']:,} answers, "
        f"{outcomes['suggestion']:,} suggestions, {outcomes['hand_off']:,} hand-offs, "
        f"{outcomes['silence']:,} silences; "
        f"{runs['completed']:,} runs completed, {runs['cancelled']:,} cancelled; "
        f"{len(stored.gaps):,} gaps"
    )
