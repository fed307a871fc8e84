"""`antonnia copy`: a company that outgrows its SQLite file goes on with PostgreSQL."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from consistency import check_consistency
from fleet import ANTONNIA, Fleet, running_fleet
from server_process import ServerProcess
from stored import Stored, until_every_window_has_ended

from antonnia.conversations.types import Message, MessageContentText, Session

QUESTION = MessageContentText(text="How do I create a session?")
# Longer than the copy takes.
DEBOUNCE_SECONDS = 8
PATIENCE_SECONDS = 60


async def test_everything_goes_on_where_it_was(url: str, tmp_path: Path) -> None:
    old = ServerProcess(tmp_path / "data")
    await old.start()
    async with old.client() as client:
        answered = await client.sessions.create("ana", "Ana", metadata={"order": 1e20, "a": [1]})
        await client.sessions.messages.create(answered.id, QUESTION)
        await client.sessions.reply(answered.id, debounce_time=0)
        await until_answered(old, answered)
        waiting = await client.sessions.create("ben", "Ben", idempotency_key="once")
        await client.sessions.messages.create(waiting.id, QUESTION)
        await client.sessions.reply(waiting.id, debounce_time=DEBOUNCE_SECONDS)
        answered = await client.sessions.get(answered.id)
        before = await messages_of(old, answered)
    await old.stop()

    code, said = await copy(tmp_path / "data", url)

    assert (code, said.splitlines()[0]) == (
        0,
        f"{shown(url)} holds everything now: 2 sessions, 3 messages, 5 events.",
    )
    async with running_fleet(url, tmp_path, servers=[""]) as fleet:
        new = with_token(fleet, old.token)
        await until_every_window_has_ended(url, within_seconds=PATIENCE_SECONDS)
        async with new.client() as client:
            assert await client.sessions.get(answered.id) == answered
            assert await messages_of(new, answered) == before
            again = await client.sessions.create("ben", "Ben", idempotency_key="once")
            [late] = [one for one in await messages_of(new, waiting) if one.role == "assistant"]
            found = await client.sessions.search(metadata={"a": 1})
            await client.sessions.messages.create(answered.id, QUESTION)
            await client.sessions.reply(answered.id)
        await until_every_window_has_ended(url, within_seconds=PATIENCE_SECONDS)
        after = await messages_of(new, answered)
        await until_bases_are_calibrated(url)
        assert fleet.complaints() == []

    assert again.id == waiting.id
    assert [session.id for session in found] == [answered.id]
    assert late.content == before[1].content
    assert [one.content for one in after[2:]] == [QUESTION, before[1].content]
    # The positions of messages and events go on without a gap.
    check_consistency(Stored(url))


async def test_what_is_there_is_left_alone(url: str, tmp_path: Path) -> None:
    old = ServerProcess(tmp_path / "data")
    await old.start()
    running, said_running = await copy(tmp_path / "data", url)
    await old.stop()
    await copy(tmp_path / "data", url)

    code, said = await copy(tmp_path / "data", url)

    assert running == 2
    assert "is in use by another process" in said_running
    assert code == 2
    assert said == (
        f"antonnia: {shown(url)} is not empty: it has agents. Nothing was copied; "
        "make a new database.\n"
    )


async def test_a_copy_that_is_stopped_copied_nothing(url: str, tmp_path: Path) -> None:
    old = ServerProcess(tmp_path / "data")
    await old.start()
    await old.stop()
    assert (await run("migrate", "--database-url", url))[0] == 0
    with psycopg.connect(url) as connection:
        # Whoever would write to it waits.
        connection.execute("LOCK TABLE knowledge_bases IN EXCLUSIVE MODE")
        process = await asyncio.create_subprocess_exec(*copying(tmp_path / "data", url))
        await until_somebody_waits(url)
        process.kill()
        await process.wait()

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM organizations").fetchone() == (0,)
    code, said = await copy(tmp_path / "data", url)
    assert code == 0, said


@pytest.mark.parametrize("to", ["sqlite:///other.db", "postgres.example"])
async def test_only_a_postgresql_is_copied_to(tmp_path: Path, to: str) -> None:
    code, said = await run("copy", "--data", str(tmp_path), "--to", to)

    assert code == 2
    assert "must begin with postgresql://." in said


async def test_a_password_is_not_shown_because_its_url_is_malformed(tmp_path: Path) -> None:
    old = ServerProcess(tmp_path / "data")
    await old.start()
    await old.stop()

    code, said = await copy(tmp_path / "data", "postgresql://us:s3%ZZcret@127.0.0.1/x")

    assert code == 2
    assert "s3" not in said
    assert "a % in a name or a password is written as %25" in said


async def test_there_is_nothing_to_copy(url: str, tmp_path: Path) -> None:
    code, said = await copy(tmp_path / "data", url)

    assert code == 2
    assert said == f"antonnia: there is no database at {tmp_path / 'data' / 'antonnia.db'}.\n"


def shown(url: str) -> str:
    return f"PostgreSQL at its socket{urlsplit(url).path}"


def with_token(fleet: Fleet, token: str) -> ServerProcess:
    """Its server, with a token that was made before the copy."""
    [server] = fleet.servers
    server.token = token
    return server


async def until_answered(server: ServerProcess, session: Session) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(await messages_of(server, session)) < 2:  # noqa: ASYNC110  # another process answers
            await asyncio.sleep(0.05)


async def messages_of(server: ServerProcess, session: Session) -> list[Message]:
    async with server.client() as client:
        page = await client.sessions.messages.search(session.id)
        return [message async for message in page.iterate_all()]


async def until_bases_are_calibrated(url: str) -> None:
    """As a new index has it done, some time later."""
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM jobs WHERE name = 'calibrate_knowledge'"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while connection.execute(query).fetchone() != (0,):  # noqa: ASYNC110  # others do it
                await asyncio.sleep(0.05)


async def until_somebody_waits(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database IS NOT NULL"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while connection.execute(query).fetchone() == (0,):  # noqa: ASYNC110  # another process waits
                await asyncio.sleep(0.05)


def copying(data: Path, url: str) -> list[str]:
    return [ANTONNIA, "copy", "--data", str(data), "--to", url]


async def copy(data: Path, url: str) -> tuple[int, str]:
    return await run(*copying(data, url)[1:])


async def run(*arguments: str) -> tuple[int, str]:
    """The exit code, and all that was said."""
    process = await asyncio.create_subprocess_exec(ANTONNIA, *arguments, stdout=PIPE, stderr=PIPE)
    out, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode is not None
    return process.returncode, (out + errors).decode()
