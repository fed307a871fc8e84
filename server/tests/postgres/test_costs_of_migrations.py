"""What each migration does to tables that are large and in use is little, or declared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from filled_tables import fill_tables
from given_postgres import Cluster
from observed_migration import complaints_of, module_of, observe, run_again

from antonnia_server.db.postgres_connection import connect
from antonnia_server.db.revision import VERSIONS, revisions
from antonnia_server.db.upgrading import run_migration

pytestmark = pytest.mark.postgres_only
SAMPLES = Path(__file__).with_name("sample_migrations")
# A word of the line that each of the refused is told.
REFUSED = {
    "changed_at_once": "1500 rows change in one transaction",
    "changed_at_once_outside": "1500 rows change in one statement",
    "changed_under_lock": "every row is read while a table is locked",
    "checked_condition": "every row is checked for is_small",
    "checked_reference": "every row is checked for fk_things_owners",
    "declared_in_vain": "LOCKS names it, but nothing",
    "demanded_column": "things.age is new, may not be null and has no default",
    "dropped_column": "things.name is gone",
    "not_null": "to see that name is never null",
    "not_repeatable": "cannot be run again",
    "outside_a_transaction": "where its locks cannot be seen",
    "plain_index": "nobody can write to it while ix_things_name is built",
    "renamed_column": "things.name is gone",
    "rewritten_type": "every row is written anew",
    "two_tables": "locked together with owners",
    "unique_index": "uq_things_name refuses rows of things",
    "volatile_default": "every row is written anew",
}


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[sa.Engine]:
    url = cluster.create()
    engine = connect(url)
    yield engine
    engine.dispose()
    cluster.drop(url)


@pytest.mark.parametrize("revision", revisions())
def test_a_migration_holds_nobody_up_or_says_so(engine: sa.Engine, revision: str) -> None:
    complaints = costs_of(engine, revision, VERSIONS)

    assert complaints == [], "\n".join([f"migration {revision}:", *complaints])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_migration_that_holds_others_up_is_refused(
    engine: sa.Engine, tmp_path: Path, name: str
) -> None:
    complaints = costs_of(engine, "0002", given_versions(tmp_path, "refused", name))

    assert REFUSED[name] in "\n".join(complaints)


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("accepted/*.py")))
def test_a_migration_that_holds_nobody_up_is_accepted(
    engine: sa.Engine, tmp_path: Path, name: str
) -> None:
    assert costs_of(engine, "0002", given_versions(tmp_path, "accepted", name)) == []


def test_each_sample_is_tried() -> None:
    assert REFUSED.keys() == {path.stem for path in SAMPLES.glob("refused/*.py")}


@pytest.mark.parametrize("revision", revisions())
def test_a_migration_suits_versions_that_there_were(revision: str) -> None:
    since = getattr(module_of(revision), "COMPATIBLE_SINCE", revision)

    assert since in revisions()
    assert since <= revision


def costs_of(engine: sa.Engine, revision: str, versions: Path) -> list[str]:
    """What is to be said against a migration, after it was run on tables with rows."""
    with engine.connect() as connection:
        for earlier in revisions(versions):
            if earlier < revision:
                run_migration(connection, earlier, versions)
        fill_tables(engine)
        observed = observe(connection, revision, versions)
        complaints = complaints_of(observed, module_of(revision, versions))
        if observed.outside:
            complaints += run_again(connection, revision, versions)
    return complaints


def given_versions(directory: Path, kind: str, name: str) -> Path:
    """A history of two migrations: the first sample, and the one of that name."""
    shutil.copy(SAMPLES / "0001_things.py", directory)
    shutil.copy(SAMPLES / kind / f"{name}.py", directory / f"0002_{name}.py")
    return directory
