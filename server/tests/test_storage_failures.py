"""A disk that is full and a file that is gone: refused as such, and over when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_session, messages_of, problem_of
from in_process import OTHER_QUESTION, QUESTION, Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia_server.db import StorageFailed, Transaction
from antonnia_server.orchestrator.knowledge import service as knowledge
from antonnia_server.orchestrator.knowledge.entry import Entry

pytestmark = pytest.mark.sqlite_only
PATIENCE_SECONDS = 20
# Far more than the free space that the pages of a new database have.
LONG_TEXT = "x" * 60_000
LONG_MESSAGE = {"content": {"type": "text", "text": LONG_TEXT}, "role": "user"}
# SQLite's own limit.
NO_LIMIT = 4_294_967_294


def _set_limit(tx: Transaction, pages: int) -> None:
    tx.cursor.execute(f"PRAGMA max_page_count = {pages}")
    tx.cursor.fetchall()


def _fill(tx: Transaction) -> None:
    # SQLite takes no limit below what the file has already.
    _set_limit(tx, 1)


@asynccontextmanager
async def full_disk(server: Server) -> AsyncIterator[None]:
    """The database may not grow by a page, within this."""
    await server.db.write(_fill)
    try:
        yield
    finally:
        await server.db.write(_set_limit, NO_LIMIT)


async def test_a_write_that_a_full_disk_refuses_is_told_so(
    client: Conversations, http: httpx.AsyncClient, server: Server, events: RecordedEvents
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_session(client)
        before = events.types

        async with full_disk(server):
            response = await http.post(f"{SESSIONS}/{session.id}/messages", json=LONG_MESSAGE)

        assert problem_of(response) == (503, "storage_full")
        assert int(response.headers["retry-after"]) >= 1
        assert await messages_of(client, session) == []
        assert await client.sessions.get(session.id) == session
        assert events.types == before


async def test_what_a_full_disk_refused_can_be_written_when_there_is_room(
    client: Conversations, http: httpx.AsyncClient, server: Server, clock: Clock
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        session = await given_session(client)
        path = f"{SESSIONS}/{session.id}/messages"
        key = {"idempotency-key": "key_1"}
        async with full_disk(server):
            refused = await http.post(path, json=LONG_MESSAGE, headers=key)

        response = await http.post(path, json=LONG_MESSAGE, headers=key)
        await given_message(client, session, QUESTION)
        await client.sessions.reply(session.id)
        await clock.settle()

        assert (refused.status_code, response.status_code) == (503, 201)
        assert "idempotent-replayed" not in response.headers
        assert [message.role for message in await messages_of(client, session)] == [
            "user",
            "user",
            "assistant",
        ]


async def test_a_small_write_beside_one_that_the_full_disk_refuses_is_kept(server: Server) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with full_disk(server):
            small, large = await asyncio.gather(
                server.db.write(_rename, server, "Ours"),
                server.db.write(_import, server, long_entries()),
                return_exceptions=True,
            )

        assert small is None
        assert isinstance(large, StorageFailed)
        [organization] = server.rows("organizations", id=server.ours.id)
        assert organization["name"] == "Ours"


async def test_an_import_that_a_full_disk_refuses_is_a_failure_of_the_storage(
    server: Server,
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        before = server.rows("knowledge_entries", knowledge_id=server.ours.knowledge_id)

        async with full_disk(server):
            with pytest.raises(StorageFailed):
                await server.db.write(_import, server, long_entries())

        after = server.rows("knowledge_entries", knowledge_id=server.ours.knowledge_id)
        assert after == before


async def test_an_import_that_a_full_disk_refused_is_made_when_there_is_room(
    server: Server,
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with full_disk(server):
            with pytest.raises(StorageFailed):
                await server.db.write(_import, server, long_entries())

        result = await server.db.write(_import, server, long_entries())

        assert (result.added, result.removed) == (len(long_entries()), 0)
        found = await server.db.read(
            knowledge.decide, server.caller, [server.ours.knowledge_id], OTHER_QUESTION
        )
        assert found.outcome == "answer"


@pytest.mark.parametrize("left", [None, b"This is not a database. " * 500])
async def test_a_server_whose_file_cannot_be_opened_is_not_ready(
    server: Server, database_path: Path, left: bytes | None
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with server.http(raise_app_exceptions=False) as anyone:
            with replaced(database_path, left):
                ready, live = await anyone.get("/readyz"), await anyone.get("/livez")
            again = await until_ready(anyone)

        assert problem_of(ready) == (503, "storage_unavailable")
        assert "retry-after" in ready.headers
        assert live.status_code == 200
        assert again.status_code == 200


async def test_a_read_of_a_file_that_cannot_be_opened_is_told_so(
    server: Server, database_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with server.http(server.ours.token, raise_app_exceptions=False) as http:
            with replaced(database_path, None):
                response = await http.get(f"{SESSIONS}/sess_1")

        assert problem_of(response) == (503, "storage_unavailable")


async def until_ready(anyone: httpx.AsyncClient) -> httpx.Response:
    """The writer looks at the storage again by itself; the caller's patience ends this."""
    while True:
        response = await anyone.get("/readyz")
        if response.status_code != 503:
            return response


@contextmanager
def replaced(path: Path, left: bytes | None) -> Iterator[None]:
    """The file is moved away, and `left`, if anything, lies in its place."""
    away = path.with_suffix(".away")
    path.rename(away)
    if left is not None:
        path.write_bytes(left)
    try:
        yield
    finally:
        away.replace(path)


def long_entries() -> list[Entry]:
    """As many entries as one import puts into a unit, in place of the FAQ's."""
    return [
        Entry(
            "question",
            f"What is number {number}?",
            f"It is {number}. " * 100,
            "big.md",
            str(number),
        )
        for number in range(200)
    ]


def _import(tx: Transaction, server: Server, entries: list[Entry]) -> knowledge.ImportResult:
    return knowledge.import_entries(tx, server.caller, server.ours.knowledge_id, "big.md", entries)


def _rename(tx: Transaction, server: Server, name: str) -> None:
    tx.cursor.execute("UPDATE organizations SET name = ? WHERE id = ?", (name, server.ours.id))
