"""Fills data directories, of the platform and of the floor, with sessions of the past.

The platform's own services make the first sessions, in this process. A larger directory holds
copies of all their rows, made in SQL: each copy has ids and contacts of its own and lies further in
the past. The services then seal them, as they do with sessions that have come one by one.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from antonnia.conversations.types import (
    AgentCreate,
    MessageContentText,
    MessageCreate,
    SessionCreate,
    SessionFinish,
)
from antonnia_server.clock import SECOND, SystemClock
from antonnia_server.conversations import service as conversations
from antonnia_server.conversations.storage import sealing
from antonnia_server.data_directory import DATABASE_NAME
from antonnia_server.db import Transaction
from antonnia_server.db.sqlite import SqliteDatabase
from antonnia_server.db.tables import metadata
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator import service as orchestrator
from benchmarks.floor import TABLES
from benchmarks.processes import serving

TEMPLATE = 10_000
MESSAGES = 2
SECONDS_APART = 30
# The end of every contact's and user's name; a copy has its own number there.
COPY = "@00000"
# The first characters of an id tell the time to within some days: those of a copy are lower.
_TIME_CHARACTERS = 4
_BASE32 = "0123456789abcdefghijklmnopqrstuv"
_TEXT = "Hello, is anybody there? My order has not arrived, and nobody answers the phone."
_COPIED = ("conversations", "sessions", "session_metadata", "messages", "events")
_MOVED_BACK = {"created_at", "updated_at", "closed_at", "delivered_at", "last_message_at"}
_AS_THEY_ARE = {"organization_id", "agent_id", "status", "role", "type", "delivery_status", "path"}


def metadata_of(number: int, draw: random.Random) -> dict[str, Any]:
    """One leaf of its own, frequent ones, and three frequent ones of which only two ever meet."""
    region, device = draw.choice(["north", "south"]), draw.choice(["mobile", "desktop"])
    return {
        "user": {"id": f"user-{number % (TEMPLATE // 3)}{COPY}"},
        "plan": draw.choices(["free", "pro", "enterprise"], [50, 48, 2])[0],
        "region": region,
        "device": device,
        "survey": "refused" if (region, device) == ("north", "mobile") else "sent",
        "tags": draw.sample(["billing", "delivery", "returns", "login", "praise"], 2),
    }


def make_empty(command: Sequence[str], data: Path) -> None:
    """A directory in which the platform was started once, with some people in it."""
    with serving(command, data):
        # Whatever it makes at its first start is there now.
        pass

    def create_people(tx: Transaction) -> None:
        caller = _caller(tx)
        for name in ("Ana", "Ben", "Eva", "Jim", "Zoe"):
            body = AgentCreate(name=name, type="human", profile_id=f"profile-{name}")
            conversations.create_agent(tx, caller, body, hold_assistant=orchestrator.hold_assistant)

    asyncio.run(_write(data, create_people))


def make_template(empty: Path, data: Path) -> None:
    shutil.copytree(empty, data)
    asyncio.run(_write(data, _create_sessions))


def make_copies(empty: Path, template: Path, data: Path, sessions: int) -> None:
    """A directory of at least so many sessions."""
    shutil.copytree(empty, data)
    database = sqlite3.connect(data / DATABASE_NAME, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -1000000")
    database.execute("ATTACH ? AS template", [str(template / DATABASE_NAME)])
    copies = -(-sessions // TEMPLATE)
    for copy in reversed(range(copies)):
        database.execute("BEGIN")
        for table in _COPIED:
            _copy_rows(database, table, _Copy(copy, copies))
        database.execute("COMMIT")
    database.execute(
        "INSERT OR REPLACE INTO event_positions"
        " SELECT organization_id, max(position) FROM events GROUP BY organization_id"
    )
    database.close()
    asyncio.run(_write(data, _seal_one, until=False))


def make_floor(data: Path, sessions: int) -> None:
    """As many sessions and messages in the two tables of the floor."""
    data.mkdir()
    database = sqlite3.connect(data / "floor.db")
    database.executescript(TABLES)
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO session SELECT i, 'contact-' || i, 'Ana' FROM n",
        [sessions],
    )
    content = MessageContentText(text=_TEXT).model_dump_json()
    for _ in range(MESSAGES):
        database.execute(
            "INSERT INTO message (session, content) SELECT id, ? FROM session", [content]
        )
    database.commit()
    database.close()


async def _write(data: Path, work: Callable[[Transaction], object], until: object = None) -> None:
    """Run units of work in this process until one returns `until`."""
    database = SqliteDatabase(data / DATABASE_NAME, SystemClock())
    await database.start()
    try:
        while await database.write(work) != until:
            pass
    finally:
        await database.close()


def _caller(tx: Transaction) -> Caller:
    return Caller(tx.cursor.execute("SELECT id FROM organizations").fetchone()[0])


def _create_sessions(tx: Transaction) -> None:
    caller = _caller(tx)
    draw = random.Random(1)
    query = "SELECT id FROM agents WHERE type = 'human'"
    people = [row[0] for row in tx.cursor.execute(query).fetchall()]
    message = MessageCreate(content=MessageContentText(text=_TEXT))
    now = tx.now
    for number in range(TEMPLATE):
        tx.now = now - (TEMPLATE - number) * SECONDS_APART * SECOND
        body = SessionCreate(
            contact_id=f"contact-{draw.randrange(TEMPLATE)}{COPY}",
            contact_name="Ana",
            metadata=metadata_of(number, draw),
        )
        if draw.random() < 0.3:
            body.agent_id = draw.choice(people)
        session = conversations.create_session(tx, caller, body)
        for _ in range(MESSAGES):
            conversations.create_message(tx, caller, session.id, message)
        if draw.random() < 0.6:
            conversations.finish_session(tx, caller, session.id, SessionFinish())


def _seal_one(tx: Transaction) -> bool:
    caller = _caller(tx)
    if not sealing.can_seal(tx, caller):
        return False
    sealing.seal_block(tx, caller)
    return True


class _Copy(NamedTuple):
    """One copy of the template: the higher its number, the further in the past."""

    number: int
    # How many there are.
    of: int

    def id_start(self, start: str) -> str:
        value = int(start, 32) - self.number
        return "".join(_BASE32[value >> 5 * place & 31] for place in (3, 2, 1, 0))

    @property
    def moved_back(self) -> int:
        return self.number * TEMPLATE * SECONDS_APART * SECOND


def _copy_rows(database: sqlite3.Connection, table: str, copy: _Copy) -> None:
    [(session_id,)] = database.execute("SELECT min(id) FROM template.sessions")
    start = session_id[5 : 5 + _TIME_CHARACTERS]
    [(events,)] = database.execute("SELECT count(*) FROM template.events")
    replaced = {COPY: f"@{copy.number:05}"}
    for prefix in ("sess", "conv", "msg", "evt"):
        replaced[f"{prefix}_{start}"] = f"{prefix}_{copy.id_start(start)}"

    def expression(column: str) -> str:
        if column in _MOVED_BACK:
            return f"{column} - {copy.moved_back}"
        if (table, column) == ("events", "position"):
            return f"position + {(copy.of - 1 - copy.number) * events}"
        if column in _AS_THEY_ARE or metadata.tables[table].c[column].type.python_type is int:
            return column
        text = f"CAST({column} AS TEXT)" if column == "data" else column
        for old, new in replaced.items():
            text = f"replace({text}, '{old}', '{new}')"
        return f"CAST({text} AS BLOB)" if column == "data" else text

    columns = [column.name for column in metadata.tables[table].columns]
    database.execute(
        f"INSERT INTO main.{table} ({', '.join(columns)})"
        f" SELECT {', '.join(expression(column) for column in columns)} FROM template.{table}"
    )
