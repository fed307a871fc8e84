"""Migrations beside others who work on the same tables."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from given_postgres import Cluster

from antonnia_server.db import upgrading
from antonnia_server.db.postgres_connection import connect
from antonnia_server.db.revision import stored_revision
from antonnia_server.db.upgrading import LocksHeld, alone, run_migration, run_missing
from antonnia_server.settings import MigrationLimits

pytestmark = pytest.mark.postgres_only
SAMPLES = Path(__file__).with_name("sample_migrations")
SOON = MigrationLimits(lock_seconds=1, tries=2)
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_things_name'::regclass"
COLUMN = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'age'"


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    url = cluster.create()
    yield url
    cluster.drop(url)


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def given(engine: sa.Engine, tmp_path: Path) -> Callable[[str], Path]:
    """A database as the first sample makes it, and a history that goes on with another one."""
    shutil.copy(SAMPLES / "0001_things.py", tmp_path)
    with engine.connect() as connection:
        run_migration(connection, "0001", tmp_path)

    def given(name: str) -> Path:
        shutil.copy(SAMPLES / f"{name}.py", tmp_path / "0002_sample.py")
        return tmp_path

    return given


@pytest.fixture
def reader(url: str) -> Iterator[psycopg.Connection[object]]:
    """Somebody whose transaction reads a table and goes on."""
    with psycopg.connect(url, application_name="long_report") as connection:
        connection.execute("SELECT count(*) FROM things")
        yield connection


def look(engine: sa.Engine, query: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar()


def test_a_migration_lets_others_pass_and_tries_again(
    engine: sa.Engine,
    given: Callable[[str], Path],
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    versions = given("accepted/new_column")
    reader: psycopg.Connection[object] = request.getfixturevalue("reader")
    pauses: list[float] = []

    def end_the_reader(seconds: float) -> None:
        pauses.append(seconds)
        reader.commit()

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions, pause=end_the_reader)

    assert pauses == [1]
    assert look(engine, COLUMN) == 1
    [line] = caplog.messages
    assert "Migration 0002 waits" in line
    assert "try 1 of 2" in line
    assert "(long_report)" in line


def test_a_migration_that_gets_no_locks_leaves_everything_as_it_was(
    engine: sa.Engine, given: Callable[[str], Path], request: pytest.FixtureRequest
) -> None:
    versions = given("accepted/new_column")
    request.getfixturevalue("reader")

    with (
        engine.connect() as connection,
        pytest.raises(LocksHeld, match=r"0002 was given up after try 2 of 2.*long_report"),
    ):
        run_missing(connection, SOON, versions=versions, pause=lambda _: None)

    assert look(engine, COLUMN) == 0
    with engine.connect() as connection:
        assert stored_revision(connection) == "0001"


def test_whoever_comes_after_a_waiting_migration_is_served_when_it_gives_up(
    engine: sa.Engine, url: str, given: Callable[[str], Path], request: pytest.FixtureRequest
) -> None:
    versions = given("accepted/new_column")
    reader: psycopg.Connection[object] = request.getfixturevalue("reader")

    def work_on(_: float) -> None:
        with psycopg.connect(url, options="-c lock_timeout=1") as other:
            other.execute("INSERT INTO things (id, size) VALUES (1, 1)")
        reader.rollback()

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions, pause=work_on)

    assert look(engine, "SELECT count(*) FROM things") == 1
    assert look(engine, COLUMN) == 1


def test_the_command_gives_up_in_one_line(cluster: Cluster) -> None:
    url = cluster.create()
    engine = connect(url)
    with engine.connect() as connection:
        for revision in ("0001", "0002"):
            run_migration(connection, revision)
    engine.dispose()
    command = [str(Path(sys.executable).with_name("antonnia")), "migrate", "--database-url", url]
    options = ["--lock-seconds", "1", "--tries", "1"]
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE threads IN ACCESS SHARE MODE")

        result = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=60, check=False
        )

    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert "Migration 0003 was given up after try 1 of 1" in line
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
    cluster.drop(url)


def test_an_index_is_built_beside_whoever_writes(
    engine: sa.Engine, given: Callable[[str], Path]
) -> None:
    versions = given("accepted/index_beside_others")

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions)

    assert look(engine, IS_VALID) is True


def test_what_is_left_of_a_broken_index_is_made_again(
    engine: sa.Engine, url: str, given: Callable[[str], Path]
) -> None:
    versions = given("accepted/index_beside_others")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO things (id, size, name) VALUES (1, 20, 'a'), (2, 20, 'a')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ix_things_name ON things (name)")
    assert look(engine, IS_VALID) is False

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions)

    assert look(engine, IS_VALID) is True


def test_several_that_start_at_once_do_not_wait_for_one_another_for_ever(
    engine: sa.Engine, given: Callable[[str], Path]
) -> None:
    """An index that is built concurrently waits for whoever waits in a statement."""
    versions = given("accepted/index_beside_others")

    def start(_: int) -> None:
        with alone(engine) as connection:
            run_missing(connection, SOON, versions=versions)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(4)))

    assert look(engine, IS_VALID) is True


def test_rows_are_changed_in_pieces_and_a_broken_migration_goes_on(
    engine: sa.Engine, url: str, given: Callable[[str], Path]
) -> None:
    versions = given("accepted/moved_in_pieces")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO things (id, size, name) SELECT n, n, 'old' FROM generate_series(1, 2500) n"
        )
        # Nobody may have the last ones for now.
        holder = psycopg.connect(url)
        holder.execute("SELECT id FROM things WHERE id > 2400 FOR UPDATE")
    others = "SELECT count(*) FROM things WHERE name = 'another'"
    seen: list[object] = []

    def free(_: float) -> None:
        seen.append(look(engine, others))
        holder.rollback()

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions, pause=free)

    holder.close()
    assert seen == [2000]
    assert look(engine, others) == 2500


def test_nothing_else_is_tried_again(engine: sa.Engine, given: Callable[[str], Path]) -> None:
    versions = given("accepted/index_beside_others")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE things DROP COLUMN name")

    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="name"):
        run_missing(connection, SOON, versions=versions, pause=pytest.fail)


def test_the_lock_that_one_migrates_under_ends_with_its_connection(engine: sa.Engine) -> None:
    with alone(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    with alone(engine), engine.connect() as other:
        held = sa.select(sa.func.pg_try_advisory_lock(upgrading._LOCK))
        assert other.execute(held).scalar_one() is False


@pytest.mark.parametrize(
    ("name", "since"), [("accepted/new_column", "0001"), ("accepted/dropped_later", "0002")]
)
def test_the_database_says_which_versions_can_work_on_it(
    engine: sa.Engine, given: Callable[[str], Path], name: str, since: str
) -> None:
    versions = given(name)

    with engine.connect() as connection:
        run_missing(connection, SOON, versions=versions)

    assert look(engine, "SELECT string_agg(revision, ',') FROM compatible_since") == since
