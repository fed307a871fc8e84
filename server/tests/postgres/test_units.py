"""A unit of work on PostgreSQL: whole or not at all, again if it met another, or refused."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
import sqlalchemy as sa
from in_process import Server
from postgres.conftest import opened
from postgres.pausing import PATIENCE_SECONDS, Pause
from postgres.wire_tap import tapped

from antonnia_server.auth import service as auth
from antonnia_server.auth.tables import organizations
from antonnia_server.db import StorageFailed, Transaction, signals
from antonnia_server.db.postgres import PostgresDatabase

pytestmark = pytest.mark.postgres_only


def rename(tx: Transaction, name: str, new_name: str) -> None:
    statement = sa.update(organizations).where(organizations.c.name == name).values(name=new_name)
    assert tx.connection.execute(statement).rowcount == 1


def names(tx: Transaction) -> list[str]:
    return [row.name for row in auth.list_organizations(tx)]


async def test_a_unit_that_fails_leaves_nothing(db: PostgresDatabase) -> None:
    def fail(tx: Transaction) -> None:
        rename(tx, "ours", "Ours")
        raise LookupError("a mistake")

    with pytest.raises(LookupError):
        await db.write(fail)

    assert await db.read(names) == ["ours", "theirs"]


async def test_a_reader_cannot_write(db: PostgresDatabase) -> None:
    with pytest.raises(StorageFailed, match="read-only"):
        await db.read(rename, "ours", "Ours")


async def test_a_reader_sees_one_snapshot(db: PostgresDatabase) -> None:
    pause = Pause()

    def look_twice(tx: Transaction) -> list[list[str]]:
        before = names(tx)
        pause.wait()
        return [before, names(tx)]

    looking = asyncio.create_task(db.read(look_twice))
    await pause.reached()
    await db.write(rename, "ours", "Ours")
    pause.end()

    assert await looking == [["ours", "theirs"]] * 2


async def test_units_that_wait_for_each_other_are_both_done(db: PostgresDatabase) -> None:
    pauses = [Pause(), Pause()]
    runs: list[int] = []

    def rename_both(tx: Transaction, number: int) -> None:
        runs.append(number)
        first, second = ("ours", "theirs") if number == 0 else ("theirs", "ours")
        touch(tx, first)
        if runs.count(number) == 1:
            pauses[number].wait()
        touch(tx, second)

    def touch(tx: Transaction, name: str) -> None:
        rename(tx, name, name)

    units = [asyncio.create_task(db.write(rename_both, number)) for number in (0, 1)]
    for pause in pauses:
        await pause.reached()
    for pause in pauses:
        pause.end()
    await asyncio.gather(*units)

    assert sorted(set(runs)) == [0, 1]
    assert len(runs) > 2


async def test_a_unit_that_found_nothing_runs_again_if_another_made_it(
    db: PostgresDatabase,
) -> None:
    pause = Pause()
    runs: list[str | None] = []

    def find_or_create(tx: Transaction) -> str:
        found = tx.connection.scalar(
            sa.select(organizations.c.id).where(organizations.c.name == "new")
        )
        runs.append(found)
        if found is not None:
            return found
        if len(runs) == 1:
            pause.wait()
        statement = sa.insert(organizations).values(
            id=f"org_{len(runs)}", name="new", type="standard", created_at=tx.now
        )
        tx.connection.execute(statement)
        return f"org_{len(runs)}"

    first = asyncio.create_task(db.write(find_or_create))
    await pause.reached()
    second = await db.write(find_or_create)
    pause.end()

    assert await first == second
    assert runs == [None, None, second]


async def test_a_connection_that_was_lost_is_replaced(db: PostgresDatabase, url: str) -> None:
    await db.read(names)
    await db.write(rename, "ours", "Ours")
    end_connections(url)

    await db.write(rename, "Ours", "ours")

    assert await db.read(names) == ["ours", "theirs"]


async def test_an_answer_to_a_commit_that_was_lost_leaves_it_uncertain(url: str) -> None:
    def lose(tx: Transaction) -> None:
        tx.cursor.connection.close()

    db = PostgresDatabase(url, _Clock(), before_commit=lose)
    await db.start()

    with pytest.raises(StorageFailed) as failed:
        await db.write(rename, "ours", "Ours")

    assert not failed.value.is_certain
    assert failed.value.concerns_all
    await db.close()


async def test_a_database_that_is_away_is_told_and_comes_back(
    db: PostgresDatabase, server: Server, url: str
) -> None:
    is_back = asyncio.Event()
    db.listen("jobs", is_back.set)
    async with asyncio.timeout(PATIENCE_SECONDS), server.http(server.ours.token) as http:
        allow_connections(url, is_allowed=False)
        while db.trouble is None:
            with pytest.raises(StorageFailed):
                await db.write(rename, "ours", "Ours")
        body = {"contact_id": "c", "contact_name": "C"}
        refused = await http.post("/conversations/v2/sessions", json=body)
        not_ready = await http.get("/readyz")
        is_back.clear()
        allow_connections(url, is_allowed=True)
        await is_back.wait()
        ready = await http.get("/readyz")
        made = await http.post("/conversations/v2/sessions", json=body)

    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert not_ready.status_code == 503
    assert (ready.status_code, made.status_code) == (200, 201)


async def test_what_is_told_in_one_process_is_heard_in_another(
    db: PostgresDatabase, other_db: PostgresDatabase
) -> None:
    heard = asyncio.Event()
    other_db.listen("news", heard.set)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await db.write(lambda tx: tx.notify("news"))
        await heard.wait()


async def test_a_pooler_that_carries_no_signals_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They would arrive at once, or not at all.
    monkeypatch.setattr(signals, "HEAR_SECONDS", 0.1)

    async with tapped(url, withholds_signals=True) as (_, way):
        with pytest.raises(StorageFailed, match="pool_mode = session"):
            async with opened(way):
                pass


class _Clock:
    def now(self) -> int:
        return 0


def end_connections(url: str) -> None:
    """As when the server is restarted."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def allow_connections(url: str, *, is_allowed: bool) -> None:
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    elsewhere = psycopg.conninfo.make_conninfo(url, dbname="postgres")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        identifier = psycopg.sql.Identifier(str(name))
        allow = psycopg.sql.Literal(is_allowed)
        statement = psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(statement.format(identifier, allow))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
