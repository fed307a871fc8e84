"""The SQL of the full-text index on PostgreSQL: one table, in which each base has its own lexemes.

A lexeme is the name of its base and the stem of a word. So how many entries have a word is counted
among the lexemes of one base, and a search reads nothing of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction

from ..tables import knowledge_lexemes


class Place(NamedTuple):
    """Which index."""

    knowledge_id: str
    format: int


class IndexRow(NamedTuple):
    number: int
    title: str
    text: str


class Count(NamedTuple):
    """How many entries have a word, up to a limit, and the last of those that were counted."""

    word: str
    entries: int
    last: int | None


class _Stem(NamedTuple):
    word: str
    stem: str


# The row of an index itself; its entries have higher numbers.
_OF_INDEX = 0
_t = knowledge_lexemes.c
_HERE = (_t.knowledge_id == sa.bindparam("knowledge_id"), _t.format == sa.bindparam("format"))
_FIND = Statement(
    sa.select(_t.number, _t.title, _t.text).where(*_HERE, _t.number == sa.bindparam("number")),
    IndexRow,
)
_DELETE: Statement[IndexRow] = Statement(
    sa.delete(knowledge_lexemes).where(*_HERE, _t.number == sa.bindparam("number"))
)
# Written out, as what is only PostgreSQL's reads best.
_INSERT: Statement[IndexRow] = Statement(
    sa.text(
        "INSERT INTO knowledge_lexemes (knowledge_id, format, number, title, text, lexemes)"
        " VALUES (:knowledge_id, :format, :number, :title, :text, CAST(:lexemes AS tsvector))"
    )
)
_STEMS = Statement(
    sa.text(
        "SELECT word, coalesce((ts_lexize('antonnia_stem', word))[1], word)"
        " FROM unnest(CAST(:words AS text[])) AS word"
    ),
    _Stem,
)
_COUNTS = Statement(
    sa.text(
        """
        SELECT asked.word, found.entries, found.last
        FROM unnest(CAST(:words AS text[]), CAST(:queries AS tsquery[])) AS asked (word, query),
            LATERAL (
                SELECT count(*) AS entries, max(number) AS last
                FROM (
                    SELECT number FROM knowledge_lexemes
                    WHERE knowledge_id = :knowledge_id AND format = :format
                        AND lexemes @@ asked.query
                    LIMIT :limit
                ) AS first
            ) AS found
        """
    ),
    Count,
)
# As BM25 has it for words that an entry has once: of entries with the same words the shorter one is
# better. 1.3 and 0.9 come of its usual k1 = 1.2 and b = 0.75.
_BEST = Statement(
    sa.text(
        """
        SELECT number, title, text
        FROM (
            SELECT number, title, text, length(lexemes) AS words, (
                SELECT sum(
                    asked.weight * CASE WHEN lexemes @@ asked.title
                        THEN CAST(:title_weight AS float8) ELSE 1 END
                )
                FROM unnest(
                    CAST(:queries AS tsquery[]), CAST(:titles AS tsquery[]),
                    CAST(:weights AS float8[])
                ) AS asked (query, title, weight)
                WHERE lexemes @@ asked.query
            ) AS score
            FROM knowledge_lexemes
            WHERE knowledge_id = :knowledge_id AND format = :format
                AND lexemes @@ CAST(:expression AS tsquery)
            LIMIT :hits
        ) AS hits
        ORDER BY score / (1.3 + 0.9 * words / avg(words) OVER ()) DESC, number
        LIMIT :limit
        """
    ),
    IndexRow,
)


def create_index(tx: Transaction, place: Place) -> None:
    _insert(tx, place, _OF_INDEX, title="", text="", lexemes="")


def index_exists(tx: Transaction, place: Place) -> bool:
    return _FIND.find(tx, **place._asdict(), number=_OF_INDEX) is not None


def delete_some(tx: Transaction, place: Place, *, at_most: int) -> int:
    """Delete some entries from an index; how many there were."""
    is_here = (_t.knowledge_id == place.knowledge_id, _t.format == place.format)
    some = sa.select(_t.number).where(*is_here, _t.number > _OF_INDEX).limit(at_most)
    query = sa.delete(knowledge_lexemes).where(*is_here, _t.number.in_(some.scalar_subquery()))
    return tx.connection.execute(query).rowcount


def drop_index(tx: Transaction, place: Place) -> None:
    delete_entry(tx, place, _OF_INDEX)


def add_entry(
    tx: Transaction, place: Place, number: int, *, phrasings: Iterable[Sequence[str]], text: str
) -> None:
    title = "\n".join(" ".join(phrasing) for phrasing in phrasings)
    in_title, in_text = set(title.split()), set(text.split())
    stems = _stems(tx, in_title | in_text)
    # A lexeme of a title has its weight, A.
    positions: dict[str, str] = {stems[word]: "2" for word in in_text}
    positions |= {stems[word]: "1A" for word in in_title}
    lexemes = " ".join(
        f"{_quoted(place, stem)}:{position}" for stem, position in sorted(positions.items())
    )
    _insert(tx, place, number, title=title, text=text, lexemes=lexemes)


def delete_entry(tx: Transaction, place: Place, number: int) -> None:
    _DELETE.run(tx, **place._asdict(), number=number)


def count_entries(
    tx: Transaction, place: Place, words: Collection[str], *, prefixes: Collection[str], limit: int
) -> list[Count]:
    """How many entries have each of the words; longer words count for those in `prefixes`."""
    stems = _stems(tx, words)
    return _COUNTS.all(
        tx,
        **place._asdict(),
        words=list(words),
        queries=[_query(place, stems[word], is_prefix=word in prefixes) for word in words],
        limit=limit,
    )


def list_best(
    tx: Transaction,
    place: Place,
    wanted: Sequence[Sequence[str]],
    counts: Mapping[str, int],
    *,
    prefixes: Collection[str],
    title_weight: float,
    hits: int,
    limit: int,
) -> list[IndexRow]:
    """Of the entries that have all the words of one part of `wanted`, about the best.

    A rare word says more than a frequent one, and one of a title more than one of a text.
    """
    asked = list(dict.fromkeys(word for part in wanted for word in part))
    stems = _stems(tx, asked)
    queries = {word: _query(place, stems[word], is_prefix=word in prefixes) for word in asked}
    titles = [
        _query(place, stems[word], is_prefix=word in prefixes, in_title=True) for word in asked
    ]
    expression = " | ".join(
        "(" + " & ".join(queries[word] for word in part) + ")" for part in wanted
    )
    all_entries = max(counts.values())
    return _BEST.all(
        tx,
        **place._asdict(),
        expression=expression,
        queries=list(queries.values()),
        titles=titles,
        weights=[log(1 + all_entries / counts[word]) for word in asked],
        title_weight=title_weight,
        hits=hits,
        limit=limit,
    )


def _insert(
    tx: Transaction, place: Place, number: int, *, title: str, text: str, lexemes: str
) -> None:
    _INSERT.run(tx, **place._asdict(), number=number, title=title, text=text, lexemes=lexemes)


def _stems(tx: Transaction, words: Collection[str]) -> dict[str, str]:
    return dict(_STEMS.all(tx, words=list(words)))


def _query(place: Place, stem: str, *, is_prefix: bool, in_title: bool = False) -> str:
    labels = ("*" if is_prefix else "") + ("A" if in_title else "")
    return _quoted(place, stem) + (f":{labels}" if labels else "")


def _quoted(place: Place, stem: str) -> str:
    lexeme = f"{place.knowledge_id.removeprefix('kb_')}{place.format}:{stem}"
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
