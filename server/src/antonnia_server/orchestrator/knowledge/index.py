"""The full-text index of each knowledge base, in SQLite's FTS5.

A base has two tables of its own, so that how rare a word is never depends on what another
organization keeps: one of stemmed words, and one of every three characters, which finds
misspelled words and scripts without spaces. Both hold the folded text (see `words`) under the
entry's number.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction

from .words import Term, fold, pieces

# A word in the title says more about an entry than one in its text.
TITLE_WEIGHT = 4.0
TEXT_WEIGHT = 1.0

# A word at least this long also finds the longer words that begin with its stem: "delivered" finds
# "delivery". Shorter ones begin too many others.
MIN_PREFIX_CHARACTERS = 6

# FTS5 refuses an expression of very many parts.
MAX_PIECES = 128

_KNOWLEDGE_ID = re.compile(r"kb_([0-9a-v]{26})")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The numbers of the entries that hold a term."""

    in_title: frozenset[int]
    anywhere: frozenset[int]


class _Index(NamedTuple):
    words: str
    pieces: str


def create_index(tx: Transaction, knowledge_id: str) -> None:
    index = _index(knowledge_id)
    for name, tokenizer in [(index.words, "porter unicode61"), (index.pieces, "trigram")]:
        tx.cursor.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5(title, text, tokenize='{tokenizer}')"
        )


def empty_piece(tx: Transaction, knowledge_id: str, *, at_most: int) -> int:
    """Delete some rows of an index that nobody searches any more; says how many.

    FTS5 would do it row by row and word by word; its own tables are emptied in no time.
    """
    deleted = 0
    for name in _index(knowledge_id):
        for part in ("content", "docsize", "data", "idx"):
            table = sa.table(f"{name}_{part}")
            key: sa.ColumnElement[object] = sa.literal_column("term" if part == "idx" else "rowid")
            some = sa.select(key).select_from(table).limit(at_most)
            query = sa.delete(table).where(key.in_(some))
            deleted += tx.connection.execute(query).rowcount
    return deleted


def drop_index(tx: Transaction, knowledge_id: str) -> None:
    for name in _index(knowledge_id):
        tx.cursor.execute(f"DROP TABLE {name}")


@contextmanager
def batch(tx: Transaction) -> Generator[None]:
    """Every `add` and `remove` goes within one of these.

    FTS5 gathers what it writes until a savepoint ends. If the unit that created the table is rolled
    back before that, SQLite (3.40 at least) fails the COMMIT of the whole group, other callers'
    units included; what a batch gathered is written or forgotten when the batch ends.
    """
    with tx.connection.begin_nested():
        yield


def add(tx: Transaction, knowledge_id: str, number: int, *, title: str, text: str) -> None:
    for name in _index(knowledge_id):
        table = _table(name)
        tx.connection.execute(
            sa.insert(table).values(rowid=number, title=fold(title), text=fold(text))
        )


def remove(tx: Transaction, knowledge_id: str, number: int) -> None:
    for name in _index(knowledge_id):
        table = _table(name)
        tx.connection.execute(sa.delete(table).where(table.c.rowid == number))


def find_by_words(
    tx: Transaction, knowledge_id: str, terms: Iterable[Term], *, limit: int
) -> list[int]:
    """The entries that hold any of the words, best first."""
    wanted = [_expression(term) for term in terms if not term.is_piece]
    return _best(tx, _index(knowledge_id).words, wanted, limit)


def find_by_pieces(
    tx: Transaction, knowledge_id: str, terms: Iterable[Term], *, limit: int
) -> list[int]:
    """The entries that hold any three characters of the terms, best first."""
    parts = dict.fromkeys(piece for term in terms for piece in pieces(term.text))
    wanted = [_quoted(piece) for piece in list(parts)[:MAX_PIECES]]
    return _best(tx, _index(knowledge_id).pieces, wanted, limit)


def find_occurrences(tx: Transaction, knowledge_id: str, term: Term) -> Occurrences:
    index = _index(knowledge_id)
    name = index.pieces if term.is_piece else index.words
    expression = _expression(term)
    return Occurrences(
        in_title=frozenset(_matches(tx, name, f"title : {expression}")),
        anywhere=frozenset(_matches(tx, name, expression)),
    )


def _best(tx: Transaction, name: str, wanted: list[str], limit: int) -> list[int]:
    if not wanted:
        return []
    rows = _searches(name).best.all(tx, expression=" OR ".join(wanted), limit=limit)
    return [row.number for row in rows]


def _matches(tx: Transaction, name: str, expression: str) -> Iterable[int]:
    return (row.number for row in _searches(name).all.all(tx, expression=expression))


class _Found(NamedTuple):
    number: int


class _Searches(NamedTuple):
    """What is asked of one table."""

    all: Statement[_Found]
    best: Statement[_Found]


# A question asks several times for each of its words.
@lru_cache(maxsize=1024)
def _searches(name: str) -> _Searches:
    table = _table(name)
    found = sa.select(table.c.rowid).where(table.c[name].op("MATCH")(sa.bindparam("expression")))
    # bm25 is smaller for a better match. Equal ones keep the order they were imported in.
    badness = sa.func.bm25(table.c[name], TITLE_WEIGHT, TEXT_WEIGHT)
    best = found.order_by(badness, table.c.rowid).limit(sa.bindparam("limit"))
    return _Searches(Statement(found, _Found), Statement(best, _Found))


def _expression(term: Term) -> str:
    quoted = _quoted(term.text)
    is_prefix = not term.is_piece and len(term.text) >= MIN_PREFIX_CHARACTERS
    return f"{quoted} *" if is_prefix else quoted


def _quoted(text: str) -> str:
    """As a string of FTS5's query language, in which nothing but a quote means anything."""
    return '"' + text.replace('"', '""') + '"'


def _index(knowledge_id: str) -> _Index:
    # These names go into SQL, so they come from an id of ours or not at all.
    match = _KNOWLEDGE_ID.fullmatch(knowledge_id)
    if match is None:
        raise ValueError(f"not the id of a knowledge base: {knowledge_id!r}")
    return _Index(f"knowledge_words_{match[1]}", f"knowledge_pieces_{match[1]}")


def _table(name: str) -> sa.TableClause:
    # An FTS5 table has a hidden column of its own name, which MATCH and bm25 work on.
    return sa.table(
        name,
        sa.column("rowid", sa.Integer),
        sa.column("title", sa.Text),
        sa.column("text", sa.Text),
        sa.column(name, sa.Text),
    )
