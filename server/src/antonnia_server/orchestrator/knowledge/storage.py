"""The SQL of knowledge bases and their entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from .entry import Entry
from .tables import knowledge_bases, knowledge_entries

_bases = knowledge_bases.c
_entries = knowledge_entries.c


class StoredEntry(NamedTuple):
    """An entry as an answer needs it."""

    id: str
    number: int
    title: str
    text: str
    source: str


class _Base(NamedTuple):
    id: str


class _Count(NamedTuple):
    entries: int


class Imported(NamedTuple):
    """What the next import of the same file compares."""

    id: str
    number: int
    fingerprint: str


_FIND_ENTRY = Statement(
    sa.select(_entries.id, _entries.number, _entries.title, _entries.text, _entries.source).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
        _entries.number == sa.bindparam("number"),
    ),
    StoredEntry,
)
_FIND_BASE = Statement(
    sa.select(_bases.id).where(
        _bases.organization_id == sa.bindparam("organization_id"),
        _bases.id == sa.bindparam("knowledge_id"),
    ),
    _Base,
)


_COUNT_ENTRIES = Statement(
    sa.select(sa.func.count(_entries.number)).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
    ),
    _Count,
)


def insert_base(tx: Transaction, caller: Caller, knowledge_id: str, name: str) -> None:
    tx.connection.execute(
        sa.insert(knowledge_bases).values(
            organization_id=caller.organization_id,
            id=knowledge_id,
            name=name,
            created_at=tx.now,
            updated_at=tx.now,
        )
    )


def base_exists(tx: Transaction, caller: Caller, knowledge_id: str) -> bool:
    found = _FIND_BASE.find(tx, organization_id=caller.organization_id, knowledge_id=knowledge_id)
    return found is not None


def lock_base(tx: Transaction, caller: Caller, knowledge_id: str) -> str | None:
    query = sa.select(_bases.id).where(*_is_base(caller, knowledge_id)).with_for_update()
    return tx.connection.scalar(query)


def find_base_by_name(tx: Transaction, caller: Caller, name: str) -> str | None:
    return tx.connection.scalar(
        sa.select(_bases.id).where(
            _bases.organization_id == caller.organization_id, _bases.name == name
        )
    )


def touch_base(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    tx.connection.execute(
        sa.update(knowledge_bases).where(*_is_base(caller, knowledge_id)).values(updated_at=tx.now)
    )


def last_number(tx: Transaction, caller: Caller, knowledge_id: str) -> int:
    """The highest number that an entry of the base has, or 0."""
    query = sa.select(sa.func.max(_entries.number)).where(*_is_in_base(caller, knowledge_id))
    return tx.connection.scalar(query) or 0


def count_entries(tx: Transaction, caller: Caller, knowledge_id: str) -> int:
    counted = _COUNT_ENTRIES.find(
        tx, organization_id=caller.organization_id, knowledge_id=knowledge_id
    )
    assert counted is not None, "an aggregate always has a row"
    return counted.entries


def find_imported(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, anchor: str
) -> Imported | None:
    row = tx.connection.execute(
        sa.select(_entries.id, _entries.number, _entries.fingerprint)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.file_name == file_name, _entries.anchor == anchor)
    ).one_or_none()
    return None if row is None else Imported(*row)


def list_imported(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str
) -> list[tuple[int, str]]:
    """The number and anchor of every entry that the file brought."""
    rows = tx.connection.execute(
        sa.select(_entries.number, _entries.anchor)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.file_name == file_name)
        .order_by(_entries.number)
    )
    return [(number, anchor) for number, anchor in rows]


def insert_entry(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    entry: Entry,
    *,
    entry_id: str,
    number: int,
    file_name: str,
) -> None:
    tx.connection.execute(
        sa.insert(knowledge_entries).values(
            organization_id=caller.organization_id,
            knowledge_id=knowledge_id,
            id=entry_id,
            number=number,
            file_name=file_name,
            anchor=entry.anchor,
            created_at=tx.now,
            **_content(tx, entry),
        )
    )


def update_entry(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str, entry: Entry
) -> None:
    tx.connection.execute(
        sa.update(knowledge_entries)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.id == entry_id)
        .values(**_content(tx, entry))
    )


def delete_entry(tx: Transaction, caller: Caller, knowledge_id: str, number: int) -> None:
    tx.connection.execute(
        sa.delete(knowledge_entries)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.number == number)
    )


def entries_by_number(
    tx: Transaction, caller: Caller, knowledge_id: str, numbers: Iterable[int]
) -> dict[int, StoredEntry]:
    found = (
        _FIND_ENTRY.find(
            tx,
            organization_id=caller.organization_id,
            knowledge_id=knowledge_id,
            number=number,
        )
        for number in numbers
    )
    return {entry.number: entry for entry in found if entry is not None}


def _content(tx: Transaction, entry: Entry) -> dict[str, str | int]:
    return {
        "kind": entry.kind,
        "title": entry.title,
        "context": entry.context,
        "text": entry.text,
        "source": entry.source,
        "fingerprint": entry.fingerprint(),
        "updated_at": tx.now,
    }


def _is_base(caller: Caller, knowledge_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_bases.organization_id == caller.organization_id, _bases.id == knowledge_id)


def _is_in_base(caller: Caller, knowledge_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _entries.organization_id == caller.organization_id,
        _entries.knowledge_id == knowledge_id,
    )
