"""The full-text index of each knowledge base, in SQLite's FTS5; on PostgreSQL, see `lexemes`.

A base has a table of its own, so that how rare a word is never depends on what another organization
keeps. It holds the words of each entry (see `words`) under the entry's number: those of its
phrasings, a line each, and once each those of its text. A search reads a bounded part of it,
however many entries there are.

What the table holds and how it is divided is a format with a number. A change of it is a new
number, and a job writes the new table beside the old one, which answers until then (`rebuilding`).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction

from .stop_words import STOP_WORDS
from .storage import lexemes
from .words import words

# 1 held folded text, and a second table of every three characters.
FORMAT = 2

# A word in a phrasing says more about an entry than one in its text.
TITLE_WEIGHT = 4.0
TEXT_WEIGHT = 1.0

# A word at least this long also finds the longer words that begin with its stem: "delivered" finds
# "delivery". Shorter ones begin too many others.
MIN_PREFIX_CHARACTERS = 6

# How many entries are counted that have a word; of a more frequent one the number is estimated.
MAX_COUNTED = 300

# How many entries the words that are searched one by one may have, and how many entries are
# compared by the index at most.
MAX_HITS = 1_500

# Of the words too frequent for that, how many are searched two by two.
MAX_FREQUENT = 4

# FTS5 keeps what is true of a whole table in the records up to this one.
LAST_RECORD_OF_ALL = 10

_KNOWLEDGE_ID = re.compile(r"kb_([0-9a-v]{26})")


class Index(NamedTuple):
    """Which table: a base has two while one of a new format is written."""

    knowledge_id: str
    format: int = FORMAT


class Candidate(NamedTuple):
    """An entry that shares a word with a question, as the index has it."""

    number: int
    # The words of each phrasing, in order.
    phrasings: list[list[str]]
    # Those of its text, each once.
    text: list[str]


def create_index(tx: Transaction, index: Index) -> None:
    if tx.is_postgres:
        lexemes.create_index(tx, lexemes.Place(*index))
        return
    # Words come divided by spaces; what is a word is decided in `words` alone.
    name = _name(index)
    tx.cursor.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5(title, text, tokenize='porter unicode61')"
    )


def exists(tx: Transaction, index: Index) -> bool:
    if tx.is_postgres:
        return lexemes.index_exists(tx, lexemes.Place(*index))
    query = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return tx.cursor.execute(query, [_name(index)]).fetchone() is not None


def drop_piece(tx: Transaction, knowledge_id: str, formats: Iterable[int], *, at_most: int) -> bool:
    """Delete some of the base's indexes of these formats; whether there was anything."""
    for format in formats:
        index = Index(knowledge_id, format)
        if exists(tx, index):
            if not _empty_piece(tx, index, at_most=at_most):
                _drop_index(tx, index)
            return True
    return False


def _empty_piece(tx: Transaction, index: Index, *, at_most: int) -> int:
    """Delete some rows of an index that nobody searches any more; says how many.

    FTS5 would do it row by row and word by word; its own tables are emptied in no time.
    """
    if tx.is_postgres:
        return lexemes.delete_some(tx, lexemes.Place(*index), at_most=at_most)
    deleted = 0
    for name in _names(index):
        for part in ("content", "docsize", "data", "idx"):
            table = sa.table(f"{name}_{part}")
            key: sa.ColumnElement[object] = sa.literal_column("term" if part == "idx" else "rowid")
            some = sa.select(key).select_from(table).limit(at_most)
            if part == "data":
                # Without its first records FTS5 cannot even open a table to drop it.
                some = some.where(sa.literal_column("rowid") > LAST_RECORD_OF_ALL)
            query = sa.delete(table).where(key.in_(some))
            deleted += tx.connection.execute(query).rowcount
    return deleted


def _drop_index(tx: Transaction, index: Index) -> None:
    if tx.is_postgres:
        lexemes.drop_index(tx, lexemes.Place(*index))
        return
    for name in _names(index):
        tx.cursor.execute(f"DROP TABLE {name}")


@contextmanager
def batch(tx: Transaction) -> Generator[None]:
    """Every `add` and `remove` goes within one of these.

    FTS5 gathers what it writes until a savepoint ends. If the unit that created the table is rolled
    back before that, SQLite (3.40 at least) fails the COMMIT of the whole group, other callers'
    units included; what a batch gathered is written or forgotten when the batch ends.
    """
    if tx.is_postgres:
        yield
        return
    with tx.connection.begin_nested():
        yield


def add(
    tx: Transaction, index: Index, number: int, *, phrasings: Iterable[Sequence[str]], text: str
) -> None:
    """`phrasings` and `text` are words already; those of a text are divided by spaces."""
    if tx.is_postgres:
        lexemes.add_entry(tx, lexemes.Place(*index), number, phrasings=phrasings, text=text)
        return
    title = "\n".join(" ".join(phrasing) for phrasing in phrasings)
    _statements(_name(index)).insert.run(tx, number=number, title=title, text=text)


def remove(tx: Transaction, index: Index, number: int) -> None:
    if tx.is_postgres:
        lexemes.delete_entry(tx, lexemes.Place(*index), number)
        return
    for name in _names(index):
        _statements(name).delete.run(tx, number=number)


def count_entries_with(
    tx: Transaction, index: Index, asked: Iterable[str], last_number: int
) -> dict[str, int]:
    """About how many entries have each of the words.

    Numbers are given in order. So if the first few hundred that have a word end early among all
    numbers, that many more will follow.
    """
    found: dict[str, int] = {}
    for word, entries, last in _counts(tx, index, list(asked)):
        found[word] = entries
        if entries == MAX_COUNTED and last:
            found[word] = MAX_COUNTED * max(last_number, last) // last
    return found


def _counts(
    tx: Transaction, index: Index, asked: list[str]
) -> Iterable[tuple[str, int, int | None]]:
    """Of each word, how many entries have it up to a number, and the last of those."""
    if tx.is_postgres:
        yield from lexemes.count_entries(
            tx, lexemes.Place(*index), asked, prefixes=_prefixes(asked), limit=MAX_COUNTED
        )
        return
    statement = _statements(_name(index)).counts
    for word in asked:
        counted = statement.find(tx, expression=_expression(word), limit=MAX_COUNTED)
        assert counted is not None, "an aggregate always has a row"
        yield word, counted.entries, counted.last


def find_candidates(
    tx: Transaction, index: Index, counts: Mapping[str, int], *, limit: int
) -> list[Candidate]:
    """The entries that have any of the counted words, about the best first."""
    wanted = _wanted(counts)
    if not wanted:
        return []
    if tx.is_postgres:
        found = lexemes.list_best(
            tx,
            lexemes.Place(*index),
            wanted,
            counts,
            prefixes=_prefixes(counts),
            title_weight=TITLE_WEIGHT / TEXT_WEIGHT,
            hits=2 * MAX_HITS,
            limit=limit,
        )
        return [_candidate(index, _Row(*row)) for row in found]
    statements = _statements(_name(index))
    expression = " OR ".join(
        "(" + " AND ".join(_expression(word) for word in part) + ")" for part in wanted
    )
    best = statements.best.all(tx, expression=expression, hits=2 * MAX_HITS, limit=limit)
    return [_candidate(index, row) for row in best]


def _wanted(counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Words that an entry has all of, or else all of the next: it finds a bounded number.

    Rare words are searched one by one. The others find too many by themselves, but two of them in
    one entry say something; of a question that has nothing but little words, all of them do.
    """
    known = sorted((word for word in counts if counts[word]), key=lambda word: counts[word])
    parts: list[tuple[str, ...]] = []
    hits = 0
    frequent: list[str] = []
    for word in known:
        if hits + counts[word] <= MAX_HITS:
            hits += counts[word]
            parts.append((word,))
        else:
            frequent.append(word)
    telling = [word for word in frequent if word not in STOP_WORDS][:MAX_FREQUENT]
    parts += combinations(telling, 2)
    if not parts and frequent:
        parts.append(tuple(telling or frequent))
    return parts


def _candidate(index: Index, row: _Row) -> Candidate:
    lines = row.title.split("\n")
    if index.format == 1:
        return Candidate(row.number, [words(line) for line in lines], words(row.text))
    return Candidate(row.number, [line.split() for line in lines], row.text.split())


class _Row(NamedTuple):
    number: int
    title: str
    text: str


class _Count(NamedTuple):
    entries: int
    last: int | None


class _Statements(NamedTuple):
    """What is asked of one table."""

    counts: Statement[_Count]
    best: Statement[_Row]
    insert: Statement[_Row]
    delete: Statement[_Row]


# A question asks for each of its words.
@lru_cache(maxsize=1024)
def _statements(name: str) -> _Statements:
    # An FTS5 table has a hidden column of its own name, which MATCH and bm25 work on.
    table = sa.table(
        name,
        sa.column("rowid", sa.Integer),
        sa.column("title", sa.Text),
        sa.column("text", sa.Text),
        sa.column(name, sa.Text),
    )
    rowid = table.c.rowid
    is_found = table.c[name].op("MATCH")(sa.bindparam("expression"))
    first = sa.select(rowid).where(is_found).limit(sa.bindparam("limit")).subquery()
    # bm25 is smaller for a better match. Equal ones keep the order they were imported in.
    badness = sa.func.bm25(table.c[name], TITLE_WEIGHT, TEXT_WEIGHT).label("badness")
    hits = sa.select(rowid, badness).where(is_found).limit(sa.bindparam("hits")).subquery()
    order = (hits.c.badness, hits.c.rowid)
    # What an entry holds is read only of these: where all hits are ordered, it would be of each.
    few = sa.select(hits).order_by(*order).limit(sa.bindparam("limit")).subquery()
    best = sa.select(rowid, table.c.title, table.c.text).select_from(
        few.join(table, rowid == few.c.rowid)
    )
    return _Statements(
        counts=Statement(sa.select(sa.func.count(), sa.func.max(first.c.rowid)), _Count),
        best=Statement(best.order_by(few.c.badness, few.c.rowid), _Row),
        insert=Statement(
            sa.insert(table).values(
                rowid=sa.bindparam("number"), title=sa.bindparam("title"), text=sa.bindparam("text")
            )
        ),
        delete=Statement(sa.delete(table).where(rowid == sa.bindparam("number"))),
    )


def _prefixes(asked: Iterable[str]) -> set[str]:
    """Those of the words that find longer ones too."""
    return {word for word in asked if len(word) >= MIN_PREFIX_CHARACTERS}


def _expression(word: str) -> str:
    # A string of FTS5's query language, in which nothing but a quote means anything.
    quoted = '"' + word.replace('"', '""') + '"'
    return f"{quoted} *" if word in _prefixes([word]) else quoted


def _name(index: Index) -> str:
    """The table that is searched."""
    return _names(index)[0]


def _names(index: Index) -> tuple[str, ...]:
    # These names go into SQL, so they come from an id of ours or not at all.
    match = _KNOWLEDGE_ID.fullmatch(index.knowledge_id)
    if match is None:
        raise ValueError(f"not the id of a knowledge base: {index.knowledge_id!r}")
    if index.format == 1:
        return (f"knowledge_words_{match[1]}", f"knowledge_pieces_{match[1]}")
    return (f"knowledge_index_{index.format}_{match[1]}",)
