"""The schema on PostgreSQL, however a database comes to it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from given_postgres import Cluster

from antonnia_server.db.migrate import (
    ForeignDatabase,
    NewerSchema,
    migrate,
    refuse_foreign,
    upgrade,
)
from antonnia_server.db.postgres_connection import connect
from antonnia_server.db.revision import newest_revision, stored_revision

pytestmark = pytest.mark.postgres_only
COLUMNS = """
    SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""


@pytest.fixture
def engines(cluster: Cluster) -> Iterator[list[sa.Engine]]:
    """Two empty databases."""
    urls = [cluster.create(), cluster.create()]
    engines = [connect(url) for url in urls]
    yield engines
    for engine, url in zip(engines, urls, strict=True):
        engine.dispose()
        cluster.drop(url)


def schema_of(engine: sa.Engine) -> list[set[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [
            {tuple(row) for row in connection.exec_driver_sql(query)}
            for query in (COLUMNS, INDEXES, CONSTRAINTS)
        ]


def test_a_new_database_has_the_schema_that_the_migrations_make(engines: list[sa.Engine]) -> None:
    new, migrated = engines

    assert migrate(new)
    upgrade(migrated)

    assert schema_of(new) == schema_of(migrated)
    assert not migrate(new)
    assert not migrate(migrated)


def test_of_several_that_migrate_at_once_one_does_it(engines: list[sa.Engine]) -> None:
    engine, _ = engines

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(migrate, [engine] * 4))

    assert sorted(done) == [False, False, False, True]
    with engine.connect() as connection:
        assert stored_revision(connection) == newest_revision()


def test_text_is_compared_byte_by_byte(engines: list[sa.Engine]) -> None:
    engine, _ = engines
    migrate(engine)

    with engine.connect() as connection:
        columns = connection.exec_driver_sql(COLUMNS).mappings().all()

    texts = [column for column in columns if column["data_type"] == "text"]
    assert len(texts) > 50
    assert {column["collation_name"] for column in texts} == {"C"}


def test_a_newer_database_is_refused(engines: list[sa.Engine]) -> None:
    engine, _ = engines
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(NewerSchema, match="9999"):
        migrate(engine)

    make_compatible_since(engine, "9998")
    with pytest.raises(NewerSchema, match="9999"):
        migrate(engine)


def test_a_newer_database_that_suits_this_version_is_left_alone(engines: list[sa.Engine]) -> None:
    engine, _ = engines
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    make_compatible_since(engine, newest_revision())

    assert not migrate(engine)

    with engine.connect() as connection:
        assert stored_revision(connection) == "9999"


def make_compatible_since(engine: sa.Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM compatible_since")
        statement = sa.text("INSERT INTO compatible_since VALUES (:revision)")
        connection.execute(statement, {"revision": revision})


def test_a_database_of_another_program_is_refused(engines: list[sa.Engine]) -> None:
    engine, _ = engines
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id integer)")

    with pytest.raises(ForeignDatabase):
        refuse_foreign(engine)
