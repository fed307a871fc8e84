"""The SQL of the entries of knowledge bases."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..entry import Entry, EntryKind
from ..tables import knowledge_entries

_entries = knowledge_entries.c


class StoredEntry(NamedTuple):
    """An entry as an answer needs it."""

    id: str
    number: int
    title: str
    text: str
    source: str


class EntryRow(NamedTuple):
    """Everything that is kept of an entry."""

    id: str
    number: int
    kind: EntryKind
    title: str
    context: str
    text: str
    source: str
    file_name: str
    anchor: str
    # What its author wrote, then what was added since.
    phrasings: list[str]
    added_phrasings: list[str]
    created_at: int
    updated_at: int


class _Last(NamedTuple):
    number: int | None


class Imported(NamedTuple):
    """What the next import of the same file compares."""

    id: str
    number: int
    fingerprint: str
    added_phrasings: list[str]


_FIND_ENTRY = Statement(
    sa.select(_entries.id, _entries.number, _entries.title, _entries.text, _entries.source).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
        _entries.number == sa.bindparam("number"),
    ),
    StoredEntry,
)
_COLUMNS = [_entries[name] for name in EntryRow._fields]
_FIND_ROW = Statement(
    sa.select(*_COLUMNS).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
        _entries.id == sa.bindparam("entry_id"),
    ),
    EntryRow,
)
_FIND_NUMBER = Statement(
    sa.select(*_COLUMNS).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
        _entries.number == sa.bindparam("number"),
    ),
    EntryRow,
)
_FIND_IMPORTED = Statement(
    sa.select(*(_entries[name] for name in Imported._fields)).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
        _entries.file_name == sa.bindparam("file_name"),
        _entries.anchor == sa.bindparam("anchor"),
    ),
    Imported,
)
_INSERT: Statement[EntryRow] = Statement(sa.insert(knowledge_entries))
_LAST_NUMBER = Statement(
    sa.select(sa.func.max(_entries.number)).where(
        _entries.organization_id == sa.bindparam("organization_id"),
        _entries.knowledge_id == sa.bindparam("knowledge_id"),
    ),
    _Last,
)


def last_number(tx: Transaction, caller: Caller, knowledge_id: str) -> int:
    """The highest number that an entry of the base has, or 0."""
    last = _LAST_NUMBER.find(tx, organization_id=caller.organization_id, knowledge_id=knowledge_id)
    assert last is not None, "an aggregate always has a row"
    return last.number or 0


def find_imported(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, anchor: str
) -> Imported | None:
    return _FIND_IMPORTED.find(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        file_name=file_name,
        anchor=anchor,
    )


def list_anchors(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    file_name: str,
    *,
    after: str,
    limit: int,
) -> list[str]:
    """The next anchors, in their order, of entries that the file brought."""
    query = (
        sa.select(_entries.anchor)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.file_name == file_name, _entries.anchor > after)
        .order_by(_entries.anchor)
        .limit(limit)
    )
    return list(tx.connection.scalars(query))


def list_files(tx: Transaction, caller: Caller, knowledge_id: str, *, limit: int) -> list[str]:
    """The names, in their order, of files that brought entries."""
    query = (
        sa.select(_entries.file_name)
        .distinct()
        .where(*_is_in_base(caller, knowledge_id), _entries.file_name > "")
        .order_by(_entries.file_name)
        .limit(limit)
    )
    return list(tx.connection.scalars(query))


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
    _INSERT.run(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        id=entry_id,
        number=number,
        file_name=file_name,
        anchor=entry.anchor,
        fingerprint=entry.fingerprint(),
        added_phrasings=[],
        created_at=tx.now,
        **_content(tx, entry),
    )


def update_entry(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    entry_id: str,
    entry: Entry,
    *,
    added_phrasings: list[str] | None = None,
    is_imported: bool = False,
) -> None:
    """Only an import changes the fingerprint: it is that of what the file brought."""
    values = _content(tx, entry)
    if added_phrasings is not None:
        values["added_phrasings"] = added_phrasings
    if is_imported:
        values["fingerprint"] = entry.fingerprint()
    tx.connection.execute(
        sa.update(knowledge_entries)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.id == entry_id)
        .values(**values)
    )


def delete_entry(tx: Transaction, caller: Caller, knowledge_id: str, number: int) -> None:
    tx.connection.execute(
        sa.delete(knowledge_entries)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.number == number)
    )


def delete_entries(tx: Transaction, caller: Caller, knowledge_id: str, *, at_most: int) -> int:
    """Delete some entries of the base, whichever; says how many there were."""
    some = (
        sa.select(_entries.id)
        .where(*_is_in_base(caller, knowledge_id))
        .limit(at_most)
        .scalar_subquery()
    )
    return tx.connection.execute(
        sa.delete(knowledge_entries)
        .where(*_is_in_base(caller, knowledge_id))
        .where(_entries.id.in_(some))
    ).rowcount


def find_entry(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str
) -> EntryRow | None:
    return _FIND_ROW.find(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        entry_id=entry_id,
    )


def find_by_number(
    tx: Transaction, caller: Caller, knowledge_id: str, number: int
) -> EntryRow | None:
    return _FIND_NUMBER.find(
        tx, organization_id=caller.organization_id, knowledge_id=knowledge_id, number=number
    )


def list_after(
    tx: Transaction, caller: Caller, knowledge_id: str, number: int, *, limit: int
) -> list[EntryRow]:
    """The entries of the next higher numbers."""
    query = (
        sa.select(*_COLUMNS)
        .where(*_is_in_base(caller, knowledge_id), _entries.number > number)
        .order_by(_entries.number)
        .limit(limit)
    )
    return [EntryRow(*row) for row in tx.connection.execute(query)]


def list_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, wanted: Window
) -> Found[EntryRow]:
    """In the order in which they came."""
    query = (
        sa.select(*_COLUMNS)
        .where(*_is_in_base(caller, knowledge_id))
        .order_by(_entries.number)
        .limit(wanted.fetch)
        .offset(wanted.offset)
    )
    if wanted.after is not None:
        query = query.where(_entries.number > wanted.after[0])
    with tx.connection.execute(query) as rows:
        return wanted.take(
            map(EntryRow._make, rows),
            lambda row: [row.text, row.phrasings, row.added_phrasings],
        )


def find_stored(
    tx: Transaction, caller: Caller, knowledge_id: str, number: int
) -> StoredEntry | None:
    return _FIND_ENTRY.find(
        tx, organization_id=caller.organization_id, knowledge_id=knowledge_id, number=number
    )


def _content(tx: Transaction, entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "title": entry.title,
        "context": entry.context,
        "text": entry.text,
        "source": entry.source,
        "phrasings": list(entry.phrasings),
        "updated_at": tx.now,
    }


def _is_in_base(caller: Caller, knowledge_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _entries.organization_id == caller.organization_id,
        _entries.knowledge_id == knowledge_id,
    )
