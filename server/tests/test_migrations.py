from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from antonnia_server.db.migrate import NewerSchema, migrate, upgrade
from antonnia_server.db.revision import newest_revision, stored_revision
from antonnia_server.db.sqlite import connect
from antonnia_server.db.tables import metadata

Make = Callable[[sa.Engine], object]


def schema_of(engine: sa.Engine) -> dict[str, str]:
    """Every table and index, by name, as the database tells it."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with engine.connect() as connection:
        return dict(iter(connection.exec_driver_sql(query)))


@pytest.mark.parametrize("make", [migrate, upgrade])
def test_an_empty_database_is_brought_to_the_newest_revision(tmp_path: Path, make: Make) -> None:
    engine = connect(tmp_path / "a.db")

    make(engine)

    with engine.connect() as connection:
        assert stored_revision(connection) == newest_revision()


def test_migrating_again_does_nothing(tmp_path: Path) -> None:
    engine = connect(tmp_path / "a.db")
    migrate(engine)
    before = schema_of(engine)

    assert not migrate(engine)
    assert schema_of(engine) == before


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    engine = connect(tmp_path / "a.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = schema_of(engine)

    with pytest.raises(NewerSchema) as refused:
        migrate(engine)

    assert "9999" in str(refused.value)
    assert newest_revision() in str(refused.value)
    assert schema_of(engine) == before


@pytest.mark.parametrize("make", [migrate, upgrade])
def test_a_schema_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, make: Make) -> None:
    engine = connect(tmp_path / "a.db")
    with engine.begin() as connection:
        # In the way of ours, which comes after others.
        connection.exec_driver_sql("CREATE TABLE sessions (id TEXT)")

    with pytest.raises(sa.exc.OperationalError):
        make(engine)

    assert schema_of(engine).keys() == {"sessions"}


def test_every_table_of_an_organization_begins_its_key_with_it() -> None:
    known = {"organizations", "jobs"}
    for table in metadata.sorted_tables:
        if "organization_id" in table.c and table.name not in known:
            assert next(iter(table.primary_key.columns)).name == "organization_id", table.name
