"""Rows in every table of a PostgreSQL, whatever its columns are."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db.online import PIECE

# More than a migration may change in one transaction.
ROWS = PIECE + 500
_COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'public' AND is_identity = 'NO' AND is_generated = 'NEVER'
    AND table_name NOT IN ('alembic_version', 'compatible_since')
    ORDER BY table_name
"""
# What the `n`th row has. All ids of one number are alike, so that each row finds what it refers to.
_VALUES = {
    "text": "'v' || n",
    "bigint": "n",
    "integer": "n",
    "boolean": "false",
    "json": "'{}'",
    "bytea": "convert_to('v' || n, 'UTF8')",
    "tsvector": "''",
}
_OTHERWISE = {("knowledge_entries", "kind"): "'article'"}


def fill_tables(engine: sa.Engine) -> None:
    """Give every table the same number of rows, which refer to one another by their number."""
    with engine.begin() as connection:
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, name, kind in connection.exec_driver_sql(_COLUMNS):
            value = _OTHERWISE.get((table, name), _VALUES[kind])
            columns.setdefault(table, []).append((name, value))
        # What a row refers to may be in a table that comes later.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, given in columns.items():
            names = ", ".join(f'"{name}"' for name, _ in given)
            values = ", ".join(value for _, value in given)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1, {ROWS}) n"
            )
