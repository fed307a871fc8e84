"""Damage that is met while the server runs: said as such, and nothing is written from then on."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from given_platform import SESSIONS, problem_of
from in_process import START, Server, Template, serving

from antonnia_server.clock import HandClock, from_datetime

SESSION = {"contact_id": "contact", "contact_name": "Ana"}
# The table of messages, and the index by which they are read.
DAMAGED = ("messages", "uq_messages_position")
MESSAGE = {"content": {"type": "text", "text": "Hello"}}


@pytest.fixture
async def server(template: Template, database_path: Path) -> AsyncIterator[Server]:
    """A server in whose database the pages are garbage under which all messages are."""
    with closing(sqlite3.connect(database_path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [[page_size]] = connection.execute("PRAGMA page_size")
        found = connection.execute(f"SELECT rootpage FROM sqlite_schema WHERE name IN {DAMAGED}")
        pages = [page for (page,) in found]
    with database_path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * page_size)
            file.write(b"\xff" * page_size)
    async with serving(database_path, template, HandClock(from_datetime(START))) as server:
        yield server


async def test_a_write_that_meets_damage_ends_all_writing(
    http: httpx.AsyncClient, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    session = (await http.post(SESSIONS, json=SESSION)).json()

    met = await http.post(f"{SESSIONS}/{session['id']}/messages", json=MESSAGE)

    other = await http.post(SESSIONS, json=SESSION)
    assert problem_of(met) == problem_of(other) == (503, "storage_damaged")
    assert "restore a backup" in met.json()["detail"]
    assert str(database_path) not in met.text
    assert f"the storage is damaged, and no write is taken: {database_path}: " in caplog.text


async def test_a_read_that_meets_damage_ends_all_writing(http: httpx.AsyncClient) -> None:
    session = (await http.post(SESSIONS, json=SESSION)).json()

    met = await http.post(f"{SESSIONS}/{session['id']}/messages/search", json={})

    other = await http.post(SESSIONS, json=SESSION)
    assert problem_of(met) == problem_of(other) == (503, "storage_damaged")


async def test_a_damaged_server_is_not_ready_but_lives_and_reads_what_it_can(
    http: httpx.AsyncClient,
) -> None:
    session = (await http.post(SESSIONS, json=SESSION)).json()
    await http.post(f"{SESSIONS}/{session['id']}/messages", json=MESSAGE)

    ready, live = await http.get("/readyz"), await http.get("/livez")
    read = await http.get(f"{SESSIONS}/{session['id']}")

    assert problem_of(ready) == (503, "storage_damaged")
    assert (live.status_code, read.status_code) == (200, 200)
