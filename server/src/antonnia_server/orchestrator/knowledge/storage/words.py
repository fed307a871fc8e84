"""The SQL of the words of a base, for finding what a misspelled one was meant as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import knowledge_words

_words = knowledge_words.c


class _Word(NamedTuple):
    word: str


# Written out: each engine has its own construct for what both of them say alike.
_INSERT: Statement[_Word] = Statement(
    sa.text(
        "INSERT INTO knowledge_words (organization_id, knowledge_id, word)"
        " VALUES (:organization_id, :knowledge_id, :word) ON CONFLICT DO NOTHING"
    )
)
_LIST_ALIKE = Statement(
    sa.select(_words.word).where(
        _words.organization_id == sa.bindparam("organization_id"),
        _words.knowledge_id == sa.bindparam("knowledge_id"),
        _words.word >= sa.bindparam("first"),
        _words.word < sa.bindparam("after"),
        sa.func.length(_words.word).between(sa.bindparam("shortest"), sa.bindparam("longest")),
    ),
    _Word,
)


def insert_words(tx: Transaction, caller: Caller, knowledge_id: str, words: Iterable[str]) -> None:
    """Add those that are not there yet."""
    whose = {"organization_id": caller.organization_id, "knowledge_id": knowledge_id}
    _INSERT.run_all(tx, [whose | {"word": word} for word in words])


def list_alike(
    tx: Transaction, caller: Caller, knowledge_id: str, word: str, *, difference: int
) -> list[str]:
    """The words with the same first letter that are about as long."""
    first = word[0]
    found = _LIST_ALIKE.all(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        first=first,
        after=chr(ord(first) + 1),
        shortest=len(word) - difference,
        longest=len(word) + difference,
    )
    return [row.word for row in found]


def delete_words(tx: Transaction, caller: Caller, knowledge_id: str, *, at_most: int) -> int:
    is_in_base = (
        _words.organization_id == caller.organization_id,
        _words.knowledge_id == knowledge_id,
    )
    some = sa.select(_words.word).where(*is_in_base).limit(at_most).scalar_subquery()
    return tx.connection.execute(
        sa.delete(knowledge_words).where(*is_in_base).where(_words.word.in_(some))
    ).rowcount
