"""The floor: SQLite's full-text search by itself, the same words in its own ranking."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from antonnia_server.db import Transaction
from antonnia_server.orchestrator.knowledge.entry import Entry
from antonnia_server.orchestrator.knowledge.words import words

_TABLE = sa.table(
    "benchmark_floor", sa.column("asked"), sa.column("source"), sa.column("benchmark_floor")
)
_BEST = (
    sa.select(_TABLE.c.source, sa.func.bm25(_TABLE.c.benchmark_floor))
    .where(_TABLE.c.benchmark_floor.op("MATCH")(sa.bindparam("words")))
    .order_by(sa.func.bm25(_TABLE.c.benchmark_floor))
    .limit(1)
)


def fill_floor(tx: Transaction, entries: Iterable[Entry]) -> None:
    """One row for each entry, with all of its phrasings and its text."""
    tx.cursor.execute("DROP TABLE IF EXISTS benchmark_floor")
    tx.cursor.execute(
        "CREATE VIRTUAL TABLE benchmark_floor USING fts5"
        "(asked, source UNINDEXED, tokenize='porter unicode61')"
    )
    rows = [
        {"asked": "\n".join([each.title, *each.phrasings, each.text]), "source": each.source}
        for each in entries
    ]
    tx.connection.execute(sa.insert(_TABLE), rows)


def ask_floor(tx: Transaction, question: str) -> tuple[str, float]:
    """The best entry's source, and how good it is by the ranking's own measure."""
    asked = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(question)))
    row = tx.connection.execute(_BEST, {"words": asked}).first() if asked else None
    return ("", 0.0) if row is None else (row[0], -row[1])
