"""PostgreSQL's own tools copy the database while it is used, and the copy goes on from there."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from consistency import check_consistency
from fleet import Fleet, running_fleet
from postgres_process import PostgresProcess
from stored import Stored, until_every_window_has_ended

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText

QUESTION = MessageContentText(text="How do I create a session?")
PATIENCE_SECONDS = 60


async def test_a_restored_database_goes_on_where_it_was_dumped(
    url: str, postgres: PostgresProcess, tmp_path: Path
) -> None:
    for program in ("pg_dump", "pg_restore"):
        if not (postgres.programs / program).exists():
            pytest.skip(f"{program} is not among the programs of this PostgreSQL")
    dump = tmp_path / "antonnia.dump"

    async with running_fleet(url, tmp_path, servers=[""]) as fleet, fleet.client() as client:
        session = await client.sessions.create("ana", "Ana")
        await client.sessions.messages.create(session.id, QUESTION)
        await client.sessions.reply(session.id, debounce_time=5)
        await run(postgres, "pg_dump", "--format=custom", f"--file={dump}", url)
        # What comes after the dump is not in it.
        await client.sessions.messages.create(session.id, MessageContentText(text="Later."))
        token = fleet.servers[0].token

    restored = postgres.create_database("restored")
    await run(postgres, "pg_restore", "--exit-on-error", f"--dbname={restored}", str(dump))
    (tmp_path / "restored").mkdir()
    async with running_fleet(restored, tmp_path / "restored", servers=[""]) as fleet:
        await until_every_window_has_ended(restored, within_seconds=PATIENCE_SECONDS)
        async with with_token(fleet, token) as client:
            await client.sessions.messages.create(session.id, QUESTION)
            page = await client.sessions.messages.search(session.id)
            messages = [message async for message in page.iterate_all()]
        await until_every_window_has_ended(restored, within_seconds=PATIENCE_SECONDS)

    assert [message.role for message in messages] == ["user", "assistant", "user"]
    # The positions of messages and events go on without a gap.
    check_consistency(Stored(restored))


def with_token(fleet: Fleet, token: str) -> Conversations:
    """A client with a token that was made before the dump."""
    [server] = fleet.servers
    server.token = token
    return server.client()


async def run(postgres: PostgresProcess, program: str, *arguments: str) -> None:
    await asyncio.to_thread(
        subprocess.run, [postgres.programs / program, *arguments], check=True, timeout=60
    )
