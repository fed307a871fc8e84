"""What the tables of all slices share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


# Not JSONB on PostgreSQL: it reorders keys and writes 1e20 as a number that is read as an integer.
Json = sa.JSON(none_as_null=True)
"""A JSON value, kept as it was written; Python's `None` is stored as SQL's NULL."""

ONLY_SQLITE = {"engine": "sqlite"}
"""The `info` of a table that only SQLite has."""

ONLY_POSTGRES = {"engine": "postgresql"}
"""The `info` of a table that only PostgreSQL has."""


def tables_on(engine: str) -> list[sa.Table]:
    """The tables of a database on the engine of that name."""
    tables = metadata.sorted_tables
    return [table for table in tables if table.info.get("engine", engine) == engine]


def postgres_only(table: sa.Table, *statements: str) -> None:
    """What a table has beside it on PostgreSQL, made when the table is."""
    for statement in statements:
        # A percent sign would be a parameter to DDL.
        ddl = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # has no types
        event.listen(table, "after_create", ddl.execute_if(dialect="postgresql"))


def sqlite_only(table: sa.Table, *statements: str) -> None:
    """What a table has beside it on SQLite, made when the table is."""
    for statement in statements:
        ddl = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # has no types
        event.listen(table, "after_create", ddl.execute_if(dialect="sqlite"))


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index of the rows of which `where` is true.

    PostgreSQL gets its `where` when the index is created there: to say it here would load that
    dialect at every start.
    """
    condition = sa.text(where)
    index = sa.Index(name, *columns, unique=unique, sqlite_where=condition)

    def add_condition(target: sa.Index, connection: Connection, **_: Any) -> None:
        if connection.dialect.name == "postgresql":
            target.dialect_options["postgresql"]["where"] = condition

    event.listen(index, "before_create", add_condition)
    return index
