from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import antonnia_server.db.migrations
from antonnia_server.conversations.service import SEAL_SESSIONS
from antonnia_server.db.migrate import NewerSchema, migrate, upgrade
from antonnia_server.db.revision import newest_revision, stored_revision
from antonnia_server.db.sqlite import connect
from antonnia_server.db.tables import metadata

MIGRATIONS = Path(antonnia_server.db.migrations.__file__).parent
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


def test_sessions_that_are_there_already_will_be_sealed(tmp_path: Path) -> None:
    """Or the search among them would stay slow until new ones come."""
    engine = connect(tmp_path / "a.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organizations (id, name, type, created_at)"
            " VALUES ('org_1', 'ours', 'standard', 7), ('org_2', 'theirs', 'standard', 8)"
        )

    upgrade(engine)

    with engine.connect() as connection:
        query = "SELECT organization_id, name, due_at FROM jobs ORDER BY organization_id"
        jobs = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert jobs == [("org_1", SEAL_SESSIONS, 7), ("org_2", SEAL_SESSIONS, 8)]


def test_every_table_of_an_organization_begins_its_key_with_it() -> None:
    known = {"organizations", "jobs"}
    for table in metadata.sorted_tables:
        if "organization_id" in table.c and table.name not in known:
            assert next(iter(table.primary_key.columns)).name == "organization_id", table.name
