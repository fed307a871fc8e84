"""Entries one by one, as a person writes, corrects and deletes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, PageQuery, window

from ..entry import Entry, distinct_phrasings, kind_of, slug_of
from ..errors import EntryNotFound, KnowledgeNotFound
from ..storage import bases
from ..storage import entries as storage
from ..storage.bases import BaseRow
from ..storage.entries import EntryRow
from .calibrating import schedule_if_it_teaches
from .indexing import Numbered, put_into_index, take_from_index

# An entry that has as many is given no more by hand; a file may bring more.
MAX_PHRASINGS = 100

# The file of an entry that came from none.
_NO_FILE = ""


def create_entry(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    *,
    title: str,
    text: str,
    source: str | None = None,
    phrasings: Sequence[str] = (),
) -> str:
    """Write an entry that comes from no file; the id is `entry_…`.

    Without a source its answers name the base and the title.
    """
    base = bases.lock_base(tx, caller, knowledge_id)
    if base is None:
        raise KnowledgeNotFound(knowledge_id)
    entry_id = ids.new("entry")
    entry = Entry(
        kind_of(title),
        title,
        text,
        source or f"{base.name}#{slug_of(title)}",
        anchor=entry_id,
        phrasings=distinct_phrasings(title, phrasings),
    )
    number = storage.last_number(tx, caller, knowledge_id) + 1
    storage.insert_entry(
        tx, caller, knowledge_id, entry, entry_id=entry_id, number=number, file_name=_NO_FILE
    )
    written = [Numbered(number, entry)]
    put_into_index(tx, caller, base, written)
    bases.touch_base(tx, caller, knowledge_id, added=1)
    schedule_if_it_teaches(tx, caller, base, written)
    return entry_id


def get_entry(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> EntryRow:
    if bases.find_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    return _find(tx, caller, knowledge_id, entry_id)


def list_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, query: PageQuery
) -> Listing[EntryRow]:
    """The entries of a base, in the order in which they came."""
    if bases.find_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    wanted = window(query, "knowledge_entries", (int,))
    found = storage.list_entries(tx, caller, knowledge_id, wanted)
    return wanted.page(found, lambda row: row, lambda row: (row.number,))


def update_entry(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    entry_id: str,
    *,
    title: str | None = None,
    text: str | None = None,
    source: str | None = None,
    phrasings: Sequence[str] | None = None,
) -> None:
    """Change what is given; new phrasings replace all that the entry had.

    An entry that came from a file stays as it is written here until the file says something new.
    """
    base, row = _lock(tx, caller, knowledge_id, entry_id)
    changed = replace(
        entry_of(row),
        kind=row.kind if title is None else kind_of(title),
        title=row.title if title is None else title,
        text=row.text if text is None else text,
        source=row.source if source is None else source,
    )
    given = row.phrasings if phrasings is None else phrasings
    changed = replace(changed, phrasings=distinct_phrasings(changed.title, given))
    added = row.added_phrasings if phrasings is None else []
    _replace(tx, caller, base, row, changed, list(distinct_phrasings(changed.title, added)))


def add_phrasing(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str, text: str
) -> None:
    """Have the entry found by `text` too; one that it has already changes nothing."""
    base, row = _lock(tx, caller, knowledge_id, entry_id)
    phrasing = text.strip()
    if not phrasing or phrasing in (row.title, *row.phrasings, *row.added_phrasings):
        return
    _replace(tx, caller, base, row, entry_of(row), [*row.added_phrasings, phrasing])


def delete_entry(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> None:
    base, row = _lock(tx, caller, knowledge_id, entry_id)
    storage.delete_entry(tx, caller, knowledge_id, row.number)
    take_from_index(tx, base, [row.number])
    bases.touch_base(tx, caller, knowledge_id, added=-1)
    schedule_if_it_teaches(tx, caller, base)


def entry_of(row: EntryRow) -> Entry:
    """As its author wrote it."""
    return Entry(
        row.kind, row.title, row.text, row.source, row.anchor, row.context, tuple(row.phrasings)
    )


def _lock(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str
) -> tuple[BaseRow, EntryRow]:
    """Two changes at once would otherwise both begin from the old entry."""
    base = bases.lock_base(tx, caller, knowledge_id)
    if base is None:
        raise KnowledgeNotFound(knowledge_id)
    return base, _find(tx, caller, knowledge_id, entry_id)


def _find(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> EntryRow:
    row = storage.find_entry(tx, caller, knowledge_id, entry_id)
    if row is None:
        raise EntryNotFound(entry_id)
    return row


def _replace(
    tx: Transaction,
    caller: Caller,
    base: BaseRow,
    row: EntryRow,
    entry: Entry,
    added_phrasings: list[str],
) -> None:
    storage.update_entry(tx, caller, base.id, row.id, entry, added_phrasings=added_phrasings)
    written = [Numbered(row.number, entry, added_phrasings)]
    put_into_index(tx, caller, base, written)
    bases.touch_base(tx, caller, base.id)
    schedule_if_it_teaches(tx, caller, base, written)
