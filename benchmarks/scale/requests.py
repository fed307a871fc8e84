"""What is asked of a full platform, and beside it of the floor."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from antonnia_server.data_directory import DATABASE_NAME
from antonnia_server.http.pagination import Found, Window
from benchmarks.floor import SESSIONS
from benchmarks.load_reads import Asked

# So many different ones of each kind, so that it is not one page of the file that is read.
DIFFERENT = 500

FREQUENT = {"region": "north"}
BOTH_FREQUENT = {"region": "north", "plan": "free"}
THREE_THAT_NEVER_MEET = {"region": "north", "device": "mobile", "survey": "sent"}


class Searched(Protocol):
    """What searches have to know of a platform that is full."""

    # The contacts and the users of `DIFFERENT` sessions.
    contacts: Sequence[str]
    users: Sequence[str]
    # One of the people who hold sessions.
    person: str
    # Of the page in the middle.
    cursor: str


class Stored:
    """What a filled directory holds; asked before a server owns it."""

    def __init__(self, data: Path) -> None:
        with closing(sqlite3.connect(data / DATABASE_NAME)) as database:
            self.sessions = _column(
                database, f"SELECT id FROM sessions ORDER BY random() LIMIT {DIFFERENT}"
            )
            [self.person] = _column(database, "SELECT min(id) FROM agents WHERE type = 'human'")
            marks = ", ".join("?" * DIFFERENT)
            found = database.execute(
                "SELECT session_id, id FROM messages INDEXED BY uq_messages_position WHERE"
                " organization_id = (SELECT id FROM organizations) AND position = 1"
                f" AND session_id IN ({marks})",
                self.sessions,
            )
            self.messages: list[tuple[str, str]] = found.fetchall()
            found = database.execute(
                f"SELECT contact_id, metadata ->> '$.user.id' FROM sessions WHERE id IN ({marks})",
                self.sessions,
            )
            self.contacts: Sequence[str]
            self.users: Sequence[str]
            self.contacts, self.users = zip(*found.fetchall(), strict=True)
            [(count,)] = database.execute("SELECT count(*) FROM sessions")
            middle = database.execute(
                "SELECT created_at, id FROM sessions ORDER BY created_at LIMIT 1 OFFSET ?",
                [count // 2],
            )
            self.cursor = cursor_of(middle.fetchone())


def _column(database: sqlite3.Connection, query: str) -> list[str]:
    return [value for (value,) in database.execute(query)]


def cursor_of(place: tuple[int, str]) -> str:
    """The cursor of the page that begins after this place."""
    found = Found([place], has_more=True)
    page = Window("sessions", None, None, 1).page(found, lambda row: row, lambda row: row)
    assert page.next_cursor is not None, "there is more"
    return page.next_cursor


def reads(stored: Stored) -> Iterator[tuple[str, list[Asked]]]:
    yield "session by id", [_get(f"{SESSIONS}/{id}") for id in stored.sessions]
    yield "message by id", [_get(f"{SESSIONS}/{of}/messages/{id}") for of, id in stored.messages]
    of_session = [f"{SESSIONS}/{id}/messages/search" for id in stored.sessions]
    yield "messages of a session", [{"path": path, "body": {}} for path in of_session]


def searches(stored: Searched) -> Iterator[tuple[str, list[Asked]]]:
    """Pages of 100, the newest first."""
    deep, person = stored.cursor, stored.person
    yield "newest", [_search({})]
    yield "newest, deep cursor", [_search({"cursor": deep})]
    yield "by contact", [_search({"contact_id": contact}) for contact in stored.contacts]
    yield (
        "by contact and status",
        [_search({"contact_id": contact, "status": "closed"}) for contact in stored.contacts],
    )
    yield "by status and agent", [_search({"status": "open", "agent_id": person})]
    yield "one rare value", [_search({"metadata": {"user.id": user}}) for user in stored.users]
    for name, metadata in {
        "one frequent value": FREQUENT,
        "a list element": {"tags": "billing"},
        "two, both frequent": BOTH_FREQUENT,
        "two, one rarer": {"region": "north", "plan": "enterprise"},
        "three that never meet": THREE_THAT_NEVER_MEET,
    }.items():
        yield name, [_search({"metadata": metadata})]
    for name, more in {
        "status": {"status": "closed"},
        "agent": {"agent_id": person},
        "deep cursor": {"cursor": deep},
    }.items():
        yield f"one frequent value, {name}", [_search({"metadata": FREQUENT, **more})]
        yield f"two frequent values, {name}", [_search({"metadata": BOTH_FREQUENT, **more})]
        yield (
            f"three that never meet, {name}",
            [_search({"metadata": THREE_THAT_NEVER_MEET, **more})],
        )
    yield (
        "two frequent values, contact",
        [
            _search({"metadata": BOTH_FREQUENT, "contact_id": contact})
            for contact in stored.contacts
        ],
    )


def floor_reads(count: int) -> dict[str, list[Asked]]:
    """The same kinds of rows; the floor's ids are numbers."""
    numbers = range(1, count, max(1, count // DIFFERENT))
    message = [_get(f"{SESSIONS}/{number}/messages/{number}") for number in numbers]
    return {
        "session by id": [_get(f"{SESSIONS}/{number}") for number in numbers],
        "message by id": message,
        # It has no index of a session's messages; nothing that it can do costs less than this.
        "messages of a session": message,
    }


FLOOR_PAGE: list[Asked] = [{"path": f"{SESSIONS}/search", "body": {}}]


def _get(path: str) -> Asked:
    return {"path": path, "body": None}


def _search(body: dict[str, Any]) -> Asked:
    return {"path": f"{SESSIONS}/search", "body": body}
