"""`antonnia sessions tail` on a database that many share."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fleet import ANTONNIA, running_fleet
from postgres_process import PostgresProcess

PATIENCE_SECONDS = 20


async def test_what_happens_is_printed_in_order_and_goes_on_after_an_outage(
    url: str, postgres: PostgresProcess, tmp_path: Path
) -> None:
    async with (
        running_fleet(url, tmp_path, servers=["--no-jobs"]) as fleet,
        fleet.client(max_retries=20) as client,
    ):
        before = await client.sessions.create(contact_id="1", contact_name="Ana")
        async with tailing(url) as tail:
            first = await entry_of(tail)
            await asyncio.to_thread(postgres.kill)
            said = await line_of(tail.stderr)
            await asyncio.to_thread(postgres.start)
            after = await client.sessions.create(contact_id="2", contact_name="Ben")

            second = await entry_of(tail)

    assert [first["session_id"], second["session_id"]] == [before.id, after.id]
    assert second["contact_name"] == "Ben"
    assert said.startswith("the database is away: ")


async def test_an_organization_that_is_not_there_is_named(url: str, tmp_path: Path) -> None:
    async with (
        running_fleet(url, tmp_path, servers=["--no-jobs"]),
        tailing(url, "--organization", "nobody") as tail,
    ):
        said = await line_of(tail.stderr)

        assert "nobody" in said
        assert await tail.wait() == 2


@asynccontextmanager
async def tailing(url: str, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = [ANTONNIA, "sessions", "tail", "--json", "--database-url", url, *options]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def entry_of(tail: asyncio.subprocess.Process) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(await line_of(tail.stdout))
    return entry


async def line_of(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None, "it is a pipe"
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await stream.readline()).decode().strip()
