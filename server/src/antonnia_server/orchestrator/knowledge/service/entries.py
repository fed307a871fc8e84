"""Entries one by one, as a person writes, corrects and deletes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, PageQuery, window

from .. import index
from ..entry import Entry, kind_of
from ..errors import EntryNotFound, KnowledgeNotFound
from ..storage import bases
from ..storage import entries as storage
from ..storage.entries import EntryRow
from .indexing import put_into_index

# Beyond these a phrasing says nothing that the others have not said.
MAX_PHRASINGS = 200

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
        source or f"{base.name}#{_slug(title)}",
        anchor=entry_id,
        phrasings=_distinct(title, phrasings),
    )
    number = storage.last_number(tx, caller, knowledge_id) + 1
    storage.insert_entry(
        tx, caller, knowledge_id, entry, entry_id=entry_id, number=number, file_name=_NO_FILE
    )
    with index.batch(tx):
        put_into_index(tx, knowledge_id, number, entry)
    bases.touch_base(tx, caller, knowledge_id)
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
    rows = storage.list_entries(tx, caller, knowledge_id, wanted)
    found = wanted.take(rows, lambda row: [row.text, row.phrasings, row.added_phrasings])
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
    row = _lock(tx, caller, knowledge_id, entry_id)
    changed = _entry(row, title=title, text=text, source=source)
    added = row.added_phrasings
    if phrasings is not None:
        changed, added = _with_phrasings(changed, _distinct(changed.title, phrasings)), []
    _replace(tx, caller, knowledge_id, row, changed, added)


def add_phrasing(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str, text: str
) -> None:
    """Have the entry found by `text` too; one that it has already changes nothing."""
    row = _lock(tx, caller, knowledge_id, entry_id)
    entry = _entry(row)
    phrasings = _distinct(row.title, [*row.phrasings, *row.added_phrasings, text])
    if len(phrasings) == len(row.phrasings) + len(row.added_phrasings):
        return
    _replace(tx, caller, knowledge_id, row, entry, [*row.added_phrasings, phrasings[-1]])


def delete_entry(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> None:
    row = _lock(tx, caller, knowledge_id, entry_id)
    storage.delete_entry(tx, caller, knowledge_id, row.number)
    with index.batch(tx):
        index.remove(tx, knowledge_id, row.number)
    bases.touch_base(tx, caller, knowledge_id)


def _lock(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> EntryRow:
    """Two changes at once would otherwise both begin from the old entry."""
    if bases.lock_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    return _find(tx, caller, knowledge_id, entry_id)


def _find(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> EntryRow:
    row = storage.find_entry(tx, caller, knowledge_id, entry_id)
    if row is None:
        raise EntryNotFound(entry_id)
    return row


def _replace(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    row: EntryRow,
    entry: Entry,
    added_phrasings: list[str],
) -> None:
    storage.update_entry(tx, caller, knowledge_id, row.id, entry, added_phrasings=added_phrasings)
    with index.batch(tx):
        index.remove(tx, knowledge_id, row.number)
        put_into_index(tx, knowledge_id, row.number, entry, added_phrasings)
    bases.touch_base(tx, caller, knowledge_id)


def _entry(
    row: EntryRow, *, title: str | None = None, text: str | None = None, source: str | None = None
) -> Entry:
    title = row.title if title is None else title
    return Entry(
        kind_of(title),
        title,
        row.text if text is None else text,
        row.source if source is None else source,
        row.anchor,
        row.context,
        tuple(row.phrasings),
    )


def _with_phrasings(entry: Entry, phrasings: tuple[str, ...]) -> Entry:
    return Entry(
        entry.kind, entry.title, entry.text, entry.source, entry.anchor, entry.context, phrasings
    )


def _distinct(title: str, phrasings: Sequence[str]) -> tuple[str, ...]:
    """The phrasings that say something, each once, and none that only repeats the title."""
    kept = dict.fromkeys(text.strip() for text in phrasings)
    return tuple(text for text in kept if text and text != title)[:MAX_PHRASINGS]


def _slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") or "entry"
