"""What nobody waits for goes with what somebody waits for, and is not forgotten if it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from given_platform import given_session
from in_process import Server
from postgres.conftest import opened
from postgres.wire_tap import tapped

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText, MessageCreate
from antonnia_server.auth.tables import organizations
from antonnia_server.conversations import service
from antonnia_server.db import Statement, Transaction
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.http.caller import Caller
from antonnia_server.http.idempotency import Answer, Key, answer_of, once
from antonnia_server.settings import PostgresLimits

pytestmark = pytest.mark.postgres_only
INSERT: Statement[Any] = Statement(sa.insert(organizations))
ONE_WRITER = PostgresLimits(writers=1)
COUNT = "SELECT count(*) FROM organizations"


def send_organization(tx: Transaction, id: str, name: str | None, type: str = "standard") -> None:
    INSERT.send(tx, id=id, name=name, type=type, **_given(tx))


def _given(tx: Transaction) -> dict[str, Any]:
    return {"created_at": tx.now, "updated_at": None, "shown_name": None}


def count(tx: Transaction) -> int:
    return int(tx.connection.exec_driver_sql(COUNT).scalar_one())


async def test_a_message_with_a_key_takes_three_round_trips(
    server: Server, client: Conversations, url: str, tmp_path: Path
) -> None:
    session = await given_session(client)
    trace = tmp_path / "trace"
    body = MessageCreate(content=MessageContentText(text="Hello"), role="user")
    caller = Caller(server.ours.id, token_id="tok_1")

    def post(tx: Transaction, key: str) -> Answer:
        def work(tx: Transaction) -> Answer:
            return answer_of(service.create_message(tx, caller, session.id, body).message, 201)

        return once(tx, caller, Key(key, b""), work)

    async with opened(url, ONE_WRITER) as db:
        # The first ones are prepared, and some of them have their plans made anew.
        for number in range(4):
            await db.write(post, f"key_{number}")
        with trace.open("wb") as file:
            # These two ask the server nothing.
            await db.write(lambda tx: tx.cursor.connection.pgconn.trace(file.fileno()))
            await db.write(post, "key")
            await db.write(lambda tx: tx.cursor.connection.pgconn.untrace())

    assert round_trips(trace) == 3


async def test_what_is_sent_can_be_read_in_the_same_unit(db: PostgresDatabase) -> None:
    def send_and_count(tx: Transaction) -> int:
        send_organization(tx, "org_new", "new")
        return count(tx)

    assert await db.write(send_and_count) == 3
    assert await db.read(count) == 3


async def test_what_is_sent_and_refused_fails_its_unit(db: PostgresDatabase) -> None:
    def send_two(tx: Transaction) -> None:
        send_organization(tx, "org_new", "new")
        send_organization(tx, "org_nameless", None)

    with pytest.raises(sa.exc.IntegrityError, match="not-null"):
        await db.write(send_two)

    assert await db.write(count) == 2


async def test_what_is_refused_before_something_that_is_waited_for_says_why(
    db: PostgresDatabase,
) -> None:
    def send_and_count(tx: Transaction) -> int:
        send_organization(tx, "org_nameless", None)
        send_organization(tx, "org_new", "new")
        return count(tx)

    with pytest.raises(sa.exc.IntegrityError, match="not-null"):
        await db.write(send_and_count)

    assert await db.write(count) == 2


async def test_a_transaction_that_has_failed_is_not_taken_for_committed(
    db: PostgresDatabase,
) -> None:
    def catch(tx: Transaction) -> None:
        send_organization(tx, "org_new", "new")
        with pytest.raises(psycopg.errors.UndefinedTable):
            tx.cursor.execute("SELECT 1 FROM nothing")

    with pytest.raises(sa.exc.InternalError, match="failed before"):
        await db.write(catch)

    assert await db.write(count) == 2


# Small, as much as goes in one trip, more than that, and more than a socket holds.
@pytest.mark.parametrize("length", [10, 1_500, 2_600, 3_900, 7_900, 8_200, 20_000, 400_000])
async def test_the_server_never_waits_for_the_rest_of_what_was_begun(url: str, length: int) -> None:
    def send_some(tx: Transaction, number: int) -> int:
        for place in range(3):
            send_organization(tx, f"org_{number}_{place}", f"{number} {place}", "x" * length)
        found = count(tx)
        send_organization(tx, f"org_{number}_last", f"{number} last", "x" * length)
        return found

    def send_thousands(tx: Transaction) -> None:
        whose = {"type": "standard", **_given(tx)}
        names = [f"org_{number}" for number in range(2_000)]
        INSERT.run_all(tx, [whose | {"id": name, "name": name} for name in names])

    async with tapped(url) as (tap, way), opened(way, ONE_WRITER) as db:
        await db.write(count)
        tap.listen()
        found = [await db.write(send_some, number) for number in range(5)]
        await db.write(send_thousands)

    assert found == [5, 9, 13, 17, 21]
    assert tap.pieces > len(found)
    assert tap.unfinished == []


# Bytes and JSON are wrapped for the driver; both are as large as the text.
@pytest.mark.parametrize("length", [500, 1_500, 4_000, 65_536])
async def test_the_server_never_waits_for_the_rest_of_a_message(
    server: Server, client: Conversations, url: str, length: int
) -> None:
    session = await given_session(client)
    body = MessageCreate(content=MessageContentText(text="\N{GRINNING FACE}" * length), role="user")
    caller = Caller(server.ours.id, token_id="tok_1")

    def post(tx: Transaction) -> None:
        service.create_message(tx, caller, session.id, body)

    async with tapped(url) as (tap, way), opened(way, ONE_WRITER) as db:
        await db.write(count)
        tap.listen()
        for _ in range(5):
            await db.write(post)

    assert tap.pieces > 0
    assert tap.unfinished == []


def round_trips(trace: Path) -> int:
    """How often the server has said that it is ready for more."""
    return trace.read_text(errors="replace").count("ReadyForQuery")
