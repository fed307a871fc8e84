"""What of an entry goes into the index of its base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import index
from ..entry import Entry
from ..index import FORMAT, Index
from ..spelling import allowed_distance
from ..storage import words as storage
from ..storage.bases import BaseRow
from ..words import word_of, words


class Numbered(NamedTuple):
    """An entry under the number that the index knows it by."""

    number: int
    entry: Entry
    added_phrasings: Sequence[str] = ()


def put_into_index(
    tx: Transaction, caller: Caller, base: BaseRow, entries: Sequence[Numbered]
) -> None:
    """Write these entries, and no other, into each index that the base has by now."""
    with index.batch(tx):
        for each in entries:
            for where in _indexes(base, each.number):
                index.remove(tx, where, each.number)
                _add(tx, where, each)
    _put_words(tx, caller, base, entries)


def put_into_new_index(
    tx: Transaction, caller: Caller, base: BaseRow, entries: Sequence[Numbered]
) -> None:
    """Write these entries into the index that is being made."""
    with index.batch(tx):
        for each in entries:
            _add(tx, Index(base.id, FORMAT), each)
    _put_words(tx, caller, base, entries)


def take_from_index(tx: Transaction, base: BaseRow, numbers: Iterable[int]) -> None:
    with index.batch(tx):
        for number in numbers:
            for where in _indexes(base, number):
                index.remove(tx, where, number)


def _indexes(base: BaseRow, number: int) -> list[Index]:
    """The one that answers and, where it is as far as this entry, the one that is being made."""
    answering = Index(base.id, base.index_format)
    if base.rebuilt_to is None or number > base.rebuilt_to:
        return [answering]
    return [answering, Index(base.id, FORMAT)]


def _add(tx: Transaction, where: Index, each: Numbered) -> None:
    # Other phrasings are as good as the title.
    phrasings = [each.entry.title, *each.entry.phrasings, *each.added_phrasings]
    text = dict.fromkeys(_index_words(f"{each.entry.context}\n{each.entry.text}"))
    index.add(
        tx,
        where,
        each.number,
        phrasings=[_index_words(phrasing) for phrasing in phrasings],
        text=" ".join(text),
    )


def _put_words(tx: Transaction, caller: Caller, base: BaseRow, entries: Sequence[Numbered]) -> None:
    found: set[str] = set()
    for each in entries:
        parts = [each.entry.title, *each.entry.phrasings, *each.added_phrasings, each.entry.text]
        found.update(_index_words("\n".join(parts)))
    # Whatever cannot be misspelled, such as a number, is not looked up either.
    storage.insert_words(
        tx, caller, base.id, sorted(word for word in found if allowed_distance(word))
    )


def _index_words(text: str) -> list[str]:
    return [word_of(word) for word in words(text)]
