"""What is in a server's database, for what the API does not show."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
# The file of an SQLite database, or the URL of a PostgreSQL one.
Place = Path | str
Connection = sqlite3.Connection | psycopg.Connection[Row]

_JSON_COLUMNS: dict[LiteralString, tuple[str, ...]] = {
    "agents": (),
    "deliveries": ("attempts",),
    "event_positions": (),
    "events": ("data",),
    "gaps": (),
    "idempotency_keys": ("body",),
    "jobs": ("arguments",),
    "messages": ("content",),
    "reply_windows": (),
    "run_steps": ("input", "output"),
    "runs": ("last_error",),
    "sessions": ("metadata",),
    "threads": (),
}


class Stored:
    """Every row of one organization's database, read in one snapshot."""

    def __init__(self, database: Place) -> None:
        with closing(_connect(database)) as connection:
            connection.execute("BEGIN")
            tables = {name: _rows(connection, name) for name in _JSON_COLUMNS}
            self.integrity: list[Any] = [("ok",)]
            self.foreign_keys: list[Any] = []
            # PostgreSQL refuses to read a damaged page, and knows no way around a foreign key.
            if isinstance(connection, sqlite3.Connection):
                self.integrity = connection.execute("PRAGMA integrity_check").fetchall()
                self.foreign_keys = connection.execute("PRAGMA foreign_key_check").fetchall()
        self.agents = {row["id"]: row for row in tables["agents"]}
        self.sessions = {row["id"]: row for row in tables["sessions"]}
        self.messages = {row["id"]: row for row in tables["messages"]}
        self.events = sorted(tables["events"], key=lambda row: row["position"])
        # What has happened to a session and in it, in order.
        self.events_of: defaultdict[str, list[Row]] = defaultdict(list)
        for event in self.events:
            changed = event["data"]["object"]
            self.events_of[changed.get("session_id", changed["id"])].append(event)
        self.deliveries = tables["deliveries"]
        self.event_positions = tables["event_positions"]
        self.idempotency_keys = {row["key"]: row for row in tables["idempotency_keys"]}
        self.gaps = tables["gaps"]
        self.jobs = tables["jobs"]
        self.windows = tables["reply_windows"]
        self.windows_of = by(self.windows, "session_id")
        self.threads = {row["session_id"]: row for row in tables["threads"]}
        self.runs = {row["id"]: row for row in tables["runs"]}
        self.runs_of_job = by(tables["runs"], "job_id")
        self.runs_of_thread = by(tables["runs"], "thread_id")
        self.steps_of = by(tables["run_steps"], "run_id")
        self.messages_of_run = by(
            (row for row in tables["messages"] if row["run_id"] is not None), "run_id"
        )
        self.messages_of = by(
            sorted(tables["messages"], key=lambda row: row["position"]), "session_id"
        )


def by(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """The rows, gathered by their value in a column; no rows for any other value."""
    gathered: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        gathered[row[column]].append(row)
    return gathered


async def until_every_window_has_ended(database: Place, *, within_seconds: float) -> None:
    """Wait until no reply window is open any more, and each event has its position."""
    with closing(_connect(database)) as connection:
        async with asyncio.timeout(within_seconds):
            while _is_at_work(connection):  # noqa: ASYNC110  # another process ends them
                await asyncio.sleep(0.02)


def _is_at_work(connection: Connection) -> bool:
    open_window = "SELECT 1 FROM reply_windows WHERE outcome IS NULL LIMIT 1"
    without_position = "SELECT 1 FROM events WHERE position IS NULL LIMIT 1"
    return _finds(connection, open_window) or _finds(connection, without_position)


def _finds(connection: Connection, query: LiteralString) -> bool:
    return connection.execute(query).fetchone() is not None


def _connect(database: Place) -> Connection:
    if isinstance(database, str):
        shared = psycopg.connect(database, autocommit=True, row_factory=dict_row)
        shared.execute("SET default_transaction_isolation = 'repeatable read'")
        return shared
    connection = sqlite3.connect(
        f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    return connection


def _rows(connection: Connection, table: LiteralString) -> list[Row]:
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    for row in rows:
        for column in _JSON_COLUMNS[table]:
            row[column] = _parsed(row[column])
    return rows


def _parsed(value: Any) -> Any:
    """PostgreSQL's driver has parsed what is not kept byte for byte."""
    if isinstance(value, str | bytes):
        return json.loads(value) if value else None
    return value
