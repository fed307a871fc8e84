"""Run migrations beside whoever works on the database.

A statement that changes a table waits until nobody uses it, and whoever comes after waits behind
that statement. So a migration gives up waiting soon, lets the others pass, and tries again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from antonnia_server.settings import MigrationLimits

from .revision import VERSIONS, revisions, stored_revision

logger = logging.getLogger("antonnia.db")

_MIGRATIONS = Path(__file__).parent / "migrations"
# A number that nobody else is likely to lock in the same PostgreSQL database.
_LOCK = 0x616E746F6E6E6961
_SECONDS_BETWEEN_LOOKS = 0.1
_LOCK_NOT_AVAILABLE = "55P03"
_DEADLOCK = "40P01"
_OLDEST_TRANSACTION = """
    SELECT pid, application_name, round(extract(epoch FROM clock_timestamp() - xact_start))
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    ORDER BY xact_start LIMIT 1
"""


class LocksHeld(Exception):
    """Others held what a migration needs, each time; nothing of it was done."""


@contextmanager
def alone(engine: sa.Engine) -> Generator[sa.Connection]:
    """A connection while nobody else migrates; of the processes on a PostgreSQL, several may start.

    It looks again and again: whoever waits for a lock within a statement keeps a snapshot, which
    another one that builds an index concurrently waits for to end.
    """
    with engine.connect() as connection:
        # Of SQLite, the one process owns the file.
        if engine.dialect.name == "postgresql":
            take = sa.select(sa.func.pg_try_advisory_lock(_LOCK))
            while not _take(connection, take):
                time.sleep(_SECONDS_BETWEEN_LOOKS)
        # With the connection the lock ends.
        yield connection


def _take(connection: sa.Connection, take: sa.Select[tuple[bool]]) -> bool:
    is_ours = bool(connection.execute(take).scalar_one())
    connection.commit()
    return is_ours


def run_missing(
    connection: sa.Connection,
    limits: MigrationLimits | None = None,
    *,
    versions: Path = VERSIONS,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Run the migrations that are missing, one by one, each in a transaction.

    Raises:
        LocksHeld: One of them did not get its locks; those before it are done.
    """
    limits = limits or MigrationLimits()
    stored = stored_revision(connection)
    connection.rollback()
    for revision in revisions(versions):
        if stored is None or revision > stored:
            _try_until_done(connection, revision, limits, versions, pause)


def _try_until_done(
    connection: sa.Connection,
    revision: str,
    limits: MigrationLimits,
    versions: Path,
    pause: Callable[[float], None],
) -> None:
    for tries in range(1, limits.tries + 1):
        _set_limits(connection, limits)
        try:
            run_migration(connection, revision, versions)
            return
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in (_LOCK_NOT_AVAILABLE, _DEADLOCK):
                raise
            held_by = _describe_oldest(connection)
            if tries == limits.tries:
                raise LocksHeld(
                    f"Migration {revision} was given up after try {tries} of {limits.tries}, "
                    "because others held what it has to lock; the database is as it was before it."
                    f"{held_by} Run `antonnia migrate` again when that is over."
                ) from error
        logger.warning(
            "Migration %s waits for what others have locked, and lets them pass first "
            "(try %d of %d).%s",
            *(revision, tries, limits.tries, held_by),
        )
        # As long as others may have waited for us.
        pause(limits.lock_seconds)


def _set_limits(connection: sa.Connection, limits: MigrationLimits) -> None:
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(f"SET lock_timeout = '{limits.lock_seconds}s'")
    # How long it works is for whoever wrote the migration to know.
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.commit()


def run_migration(connection: sa.Connection, revision: str, versions: Path = VERSIONS) -> None:
    """Run the migration of that revision; those before it have been run."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _quoted(_MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _quoted(versions))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%%")


def _describe_oldest(connection: sa.Connection) -> str:
    """Who probably holds the locks, if that can be seen."""
    oldest = connection.exec_driver_sql(_OLDEST_TRANSACTION).first()
    connection.rollback()
    if oldest is None:
        return ""
    process, application, seconds = oldest
    name = f" ({application})" if application else ""
    return f" The oldest transaction is that of process {process}{name}, for {seconds} s."
