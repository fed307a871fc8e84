"""Pages that would be too large."""

from __future__ import annotations

import pytest
from given_platform import given_message, given_session
from in_process import Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError
from antonnia.orchestrator import Orchestrator
from antonnia_server.db import Transaction
from antonnia_server.http import pagination

MESSAGES = 20
TEXT = "a" * 60_000


async def given_pages(client: Conversations) -> str:
    """A session whose messages are many times as large as a page."""
    session = await given_session(client)
    for _ in range(MESSAGES):
        await given_message(client, session, TEXT)
    return session.id


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    size = 200_000
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", size)
    return size


async def test_a_page_ends_where_it_would_have_too_many_bytes(
    client: Conversations, small_pages: int
) -> None:
    session_id = await given_pages(client)

    page = await client.sessions.messages.search(session_id, limit=1000)

    assert len(page) == 3
    assert page.next_cursor is not None
    assert sum(len(message.model_dump_json()) for message in page) <= small_pages


async def test_pages_that_were_cut_have_everything_once(
    client: Conversations, small_pages: int
) -> None:
    session_id = await given_pages(client)

    page = await client.sessions.messages.search(session_id, limit=1000)

    positions = [message.position async for message in page.iterate_all()]
    assert positions == list(range(1, MESSAGES + 1))


async def test_one_item_is_a_page_however_large_it_is(
    client: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 10)
    session = await given_session(client, metadata={"long": TEXT})

    page = await client.sessions.search()

    assert ([each.id for each in page], page.next_cursor) == ([session.id], None)


@pytest.mark.usefixtures("small_pages")
async def test_who_counts_in_offsets_is_told_instead_of_missing_some(
    client: Conversations,
) -> None:
    session_id = await given_pages(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.messages.search(session_id, offset=0, limit=1000)
    taken = await client.sessions.messages.search(session_id, offset=3, limit=3)

    assert "take 3 at most, or follow the cursors" in refused.value.message
    assert [message.position for message in taken] == [4, 5, 6]


@pytest.mark.usefixtures("small_pages")
async def test_pages_of_sessions_are_bounded_too(client: Conversations) -> None:
    made = [(await given_session(client, metadata={"long": TEXT})).id for _ in range(7)]

    page = await client.sessions.search(limit=1000)

    assert len(page) == 3
    assert [session.id async for session in page.iterate_all()] == made[::-1]


def damage(tx: Transaction, table: str, column: str, id: str) -> None:
    """Whoever reads the row meets what is no JSON; PostgreSQL takes none such."""
    tx.cursor.execute(f"UPDATE {table} SET {column} = '{{' WHERE id = ?", (id,))


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("small_pages")
async def test_entries_behind_a_page_are_not_read(
    orchestrator: Orchestrator, server: Server
) -> None:
    base = await orchestrator.knowledge.create("Workshop")
    entries = orchestrator.knowledge.entries
    made = [await entries.create(base.id, f"What is {n}?", TEXT) for n in range(6)]
    await server.db.write(damage, "knowledge_entries", "phrasings", made[-1].id)

    page = await entries.search(base.id, limit=1000)

    assert [entry.id for entry in page] == [entry.id for entry in made[:3]]


@pytest.mark.sqlite_only
async def test_assistants_behind_a_page_are_not_read(
    orchestrator: Orchestrator, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 10_000)
    made = [
        await orchestrator.assistants.create(f"Bob {number}", description="a" * 4_000)
        for number in range(4)
    ]
    await server.db.write(damage, "assistants", "tools", made[-1].id)

    page = await orchestrator.assistants.search(limit=1000)

    assert len(page) == 2
