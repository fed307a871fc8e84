"""All that a SQLite file holds, copied into an empty PostgreSQL database, or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects import sqlite

from .tables import metadata

# How many rows of a table are held at a time.
_AT_ONCE = 1_000
# Whoever was at them is gone with the process that owned the file.
_END_LEASES = b"UPDATE jobs SET lease_until = 0 WHERE status = 'running'"
# The full-text indexes are the engines' own: each is made anew (`knowledge.service.rebuilding`).
_FORGET_INDEXES = b"UPDATE knowledge_bases SET index_format = 0, rebuilt_to = NULL"


class NotEmpty(Exception):
    """The database holds something already."""


def copy_rows(source: Path, target: psycopg.Connection[Any]) -> dict[str, int]:
    """Copy the rows of all tables that both engines have; how many of each.

    Both databases have this version's schema. They are copied in one transaction.

    Raises:
        NotEmpty: There is a row in the target.
        sqlite3.Error: The source cannot be read.
        psycopg.Error: The target cannot be written.
    """
    # A table that only one of them has says so.
    tables = [table for table in metadata.sorted_tables if "engine" not in table.info]
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as reading, target.transaction():
        # Of one moment: nobody else owns the file.
        counts = {table.name: _copy_table(reading, target, table) for table in tables}
        target.execute(_END_LEASES)
        target.execute(_FORGET_INDEXES)
    target.execute(b"ANALYZE")
    return counts


def _copy_table(
    reading: sqlite3.Connection, target: psycopg.Connection[Any], table: sa.Table
) -> int:
    name = sql.Identifier(table.name)
    if target.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name)).fetchone() is not None:
        raise NotEmpty(table.name)
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    everything = sa.select(*table.columns).order_by(*_order_of(table))
    # Past SQLAlchemy's conversions: JSON stays the text that it is.
    rows = reading.execute(str(everything.compile(dialect=sqlite.dialect())))
    count = 0
    with (
        target.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, columns)) as copy,
    ):
        for row in _converted(_batches(rows), table):
            copy.write_row(row)
            count += 1
    return count


def _order_of(table: sa.Table) -> list[sa.Column[Any]]:
    """Events by position: PostgreSQL counts their insertions. All else as it lies."""
    position = [table.c.position] if table.name == "events" else []
    return [*position, *table.primary_key.columns]


def _batches(rows: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    while batch := rows.fetchmany(_AT_ONCE):
        yield from batch


def _converted(rows: Iterable[tuple[Any, ...]], table: sa.Table) -> Iterator[list[Any]]:
    """As PostgreSQL takes them: SQLite has numbers for truth values."""
    truths = [
        index for index, column in enumerate(table.columns) if isinstance(column.type, sa.Boolean)
    ]
    for row in rows:
        values = list(row)
        for index in truths:
            values[index] = None if values[index] is None else bool(values[index])
        yield values
