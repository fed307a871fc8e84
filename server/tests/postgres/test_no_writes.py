"""A PostgreSQL that can be reached and takes no writes: that is told, and ends by itself."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import psycopg
import pytest
from in_process import Server
from postgres.pausing import PATIENCE_SECONDS

from antonnia_server.auth.tables import organizations
from antonnia_server.db import StorageFailed, Transaction, Trouble, write_watch
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.db.write_watch import WriteWatch
from antonnia_server.settings import PostgresLimits

pytestmark = pytest.mark.postgres_only
BODY = {"contact_id": "c", "contact_name": "C"}


async def forbid_writes(db: PostgresDatabase) -> None:
    """Every session that writes refuses to, from its next transaction on."""
    writers = PostgresLimits().writers
    all_at_once = threading.Barrier(writers, timeout=PATIENCE_SECONDS)

    def forbid(tx: Transaction) -> None:
        tx.cursor.execute("SET default_transaction_read_only = on")
        all_at_once.wait()

    await asyncio.gather(*(db.write(forbid) for _ in range(writers)))


def allow_writes(url: str) -> None:
    """End those sessions: new ones are made, which forbid nothing."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def count_tables(tx: Transaction) -> int:
    return int(tx.connection.exec_driver_sql("SELECT count(*) FROM pg_class").scalar_one())


async def test_a_database_that_takes_no_writes_is_not_ready_until_it_does(
    db: PostgresDatabase, server: Server, url: str
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), server.http(server.ours.token) as http:
        await forbid_writes(db)
        refused = [await http.post("/conversations/v2/sessions", json=BODY) for _ in range(2)]
        not_ready = await http.get("/readyz")
        read = await http.post("/conversations/v2/sessions/search", json={})
        allow_writes(url)
        while (ready := await http.get("/readyz")).status_code != 200:
            pass
        made = await http.post("/conversations/v2/sessions", json=BODY)

    assert [answer.json()["code"] for answer in refused] == ["storage_read_only"] * 2
    assert (not_ready.status_code, not_ready.json()["code"]) == (503, "storage_read_only")
    assert read.status_code == 200
    assert (ready.status_code, made.status_code) == (200, 201)


async def test_a_unit_that_is_refused_alone_is_no_trouble_of_the_database(
    db: PostgresDatabase,
) -> None:
    def change(tx: Transaction) -> None:
        tx.cursor.execute("SET TRANSACTION READ ONLY")
        tx.connection.execute(organizations.delete())

    tables = await db.read(count_tables)
    with pytest.raises(StorageFailed) as refused:
        await db.write(change)

    assert refused.value.trouble is Trouble.READ_ONLY
    assert db.trouble is None
    assert await db.read(count_tables) == tables


async def test_looking_again_goes_on_after_a_mistake(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(write_watch, "LOOK_AGAIN_SECONDS", 0.0)
    has_recovered = asyncio.Event()
    looks = iter([RuntimeError("a mistake of ours"), True, False])

    async def look_again() -> bool:
        found = next(looks)
        if isinstance(found, Exception):
            raise found
        return found

    watch = WriteWatch(lambda unit: None, has_recovered.set)
    watch.wait_for_recovery(look_again)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await has_recovered.wait()
    assert list(looks) == []
    assert "a mistake of ours" in caplog.text
    await watch.close()
