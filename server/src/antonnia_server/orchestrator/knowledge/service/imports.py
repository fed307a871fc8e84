"""Files of knowledge: what one brings replaces what it brought before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from ..entry import Entry
from ..errors import KnowledgeNotFound
from ..storage import bases
from ..storage import entries as storage
from ..storage.bases import BaseRow
from .calibrating import schedule_if_it_teaches
from .indexing import Numbered, put_into_index, take_from_index

# The most entries that one unit of work should add, change or remove.
PIECE = 100

# How many anchors are listed at once.
ANCHORS_AT_ONCE = 5_000

# How many files are named to somebody who asks for one that is not there.
NAMED_FILES = 20


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many entries an import touched, and how many it found as they were."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def __add__(self, other: ImportResult) -> ImportResult:
        return ImportResult(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
        )


def import_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, entries: Sequence[Entry]
) -> ImportResult:
    """Replace what `file_name` brought before with `entries`; other files' entries stay.

    For a file of more than `PIECE` entries, call `put_entries` for each piece of it, then
    `remove_entries` for each piece of what `list_anchors` names and the file has no more, each in a
    unit of its own: the writer is never held for long, and at no moment does an entry that both
    versions of the file have go missing.
    """
    result = put_entries(tx, caller, knowledge_id, file_name, entries)
    kept = {entry.anchor for entry in entries}
    after = ""
    while anchors := list_anchors(tx, caller, knowledge_id, file_name, after=after):
        gone = [anchor for anchor in anchors if anchor not in kept]
        result += ImportResult(removed=remove_entries(tx, caller, knowledge_id, file_name, gone))
        after = anchors[-1]
    return result


def put_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, entries: Sequence[Entry]
) -> ImportResult:
    """Add these entries of the file, or change those that read differently now."""
    base = _lock_base(tx, caller, knowledge_id)
    number = storage.last_number(tx, caller, knowledge_id)
    result = ImportResult()
    written: list[Numbered] = []
    for entry in entries:
        before = storage.find_imported(tx, caller, knowledge_id, file_name, entry.anchor)
        if before is None:
            number += 1
            storage.insert_entry(
                tx,
                caller,
                knowledge_id,
                entry,
                entry_id=ids.new("entry"),
                number=number,
                file_name=file_name,
            )
            written.append(Numbered(number, entry))
            result += ImportResult(added=1)
        elif before.fingerprint != entry.fingerprint():
            storage.update_entry(tx, caller, knowledge_id, before.id, entry, is_imported=True)
            written.append(Numbered(before.number, entry, before.added_phrasings))
            result += ImportResult(changed=1)
        else:
            result += ImportResult(unchanged=1)
    if written:
        put_into_index(tx, caller, base, written)
        bases.touch_base(tx, caller, knowledge_id, added=result.added)
        schedule_if_it_teaches(tx, caller, base, written)
    return result


def list_anchors(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, *, after: str = ""
) -> list[str]:
    """The next anchors, in their order, of entries that the file brought; none after the last."""
    if bases.find_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    return storage.list_anchors(
        tx, caller, knowledge_id, file_name, after=after, limit=ANCHORS_AT_ONCE
    )


def has_file(tx: Transaction, caller: Caller, knowledge_id: str, file_name: str) -> bool:
    """Whether any entry came from that file; what a person wrote came from none."""
    if not file_name:
        return False
    return bool(storage.list_anchors(tx, caller, knowledge_id, file_name, after="", limit=1))


def list_files(tx: Transaction, caller: Caller, knowledge_id: str) -> list[str]:
    """The first files by name that entries came from."""
    return storage.list_files(tx, caller, knowledge_id, limit=NAMED_FILES)


def remove_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, file_name: str, anchors: Collection[str]
) -> int:
    """Remove the file's entries of these anchors; says how many there were."""
    base = _lock_base(tx, caller, knowledge_id)
    found = (
        storage.find_imported(tx, caller, knowledge_id, file_name, anchor) for anchor in anchors
    )
    numbers = [row.number for row in found if row is not None]
    for number in numbers:
        storage.delete_entry(tx, caller, knowledge_id, number)
    if numbers:
        take_from_index(tx, base, numbers)
        bases.touch_base(tx, caller, knowledge_id, added=-len(numbers))
        schedule_if_it_teaches(tx, caller, base)
    return len(numbers)


def _lock_base(tx: Transaction, caller: Caller, knowledge_id: str) -> BaseRow:
    """Two imports at once would otherwise give the same number to two entries."""
    base = bases.lock_base(tx, caller, knowledge_id)
    if base is None:
        raise KnowledgeNotFound(knowledge_id)
    return base
