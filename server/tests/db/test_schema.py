"""The schema, however a database comes to it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from antonnia_server.db.migrate import NewerSchema, migrate, upgrade
from antonnia_server.db.sqlite import connect
from antonnia_server.db.tables import metadata


def schema_of(path: Path) -> set[tuple[str, str, tuple[str, ...]]]:
    """Every table and index; the order of columns and constraints within a table means nothing."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    finally:
        connection.close()
    return {(kind, name, tuple(sorted(parts_of(sql or "")))) for kind, name, sql in rows}


def parts_of(sql: str) -> list[str]:
    """What stands between the commas that are in no parentheses but the outermost."""
    parts, depth = [""], 0
    for character in sql:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += character
    # An added column follows the last part, so the closing parenthesis may end any of them.
    return [re.sub(r"\s+", " ", part).strip(" )") for part in parts]


def test_a_new_database_has_the_schema_that_the_migrations_make(tmp_path: Path) -> None:
    new, migrated = connect(tmp_path / "new.db"), connect(tmp_path / "migrated.db")

    assert migrate(new)
    upgrade(migrated)

    assert schema_of(tmp_path / "new.db") == schema_of(tmp_path / "migrated.db")
    assert not migrate(new)
    assert not migrate(migrated)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    engine = connect(tmp_path / "antonnia.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(NewerSchema, match="9999"):
        migrate(engine)


def test_partial_indexes_are_partial_on_postgresql_too() -> None:
    statements: list[str] = []

    def collect(statement: sa.schema.ExecutableDDLElement, *_: object, **__: object) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine("postgresql+psycopg://", collect)
    metadata.create_all(engine, checkfirst=False)  # type: ignore[arg-type]  # made for this

    (default_agent,) = [each for each in statements if "uq_agents_default" in each]
    assert default_agent.endswith("WHERE is_default")
