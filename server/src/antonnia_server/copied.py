"""The way from SQLite to PostgreSQL: a data directory that this process owns, copied whole."""

from __future__ import annotations

import sqlite3

from .data_directory import DataDirectory
from .fault import Fault
from .orchestrator.knowledge import service as knowledge
from .settings import PostgresLimits
from .shared_database import SharedDatabase
from .shared_standalone import migrate_shared, opened
from .standalone import migrate_database


def copied_to_shared(directory: DataDirectory, database: SharedDatabase) -> dict[str, int]:
    """Copy all rows and make the indexes that are PostgreSQL's own; how many rows of each table.

    Raises:
        Fault: One of the two cannot be used, or the database is not empty.
    """
    migrate_database(directory)
    migrate_shared(database)
    counts = _copied(directory, database)
    with opened(database) as shared:
        while shared.write(knowledge.rebuild_some):
            pass
    return counts


def _copied(directory: DataDirectory, database: SharedDatabase) -> dict[str, int]:
    import psycopg

    from .db.copying import NotEmpty, copy_rows
    from .db.postgres_connection import open_connection

    # As long as it takes.
    limits = PostgresLimits(statement_seconds=0, idle_seconds=0)
    try:
        with open_connection(database.url, limits, psycopg.Connection) as target:
            return copy_rows(directory.database, target)
    except NotEmpty as error:
        raise Fault(
            f"{database} is not empty: it has {error}. Nothing was copied; make a new database."
        ) from error
    except sqlite3.Error as error:
        raise Fault(f"{directory.database} cannot be read: {error}.") from error
    except psycopg.Error as error:
        raise Fault(f"{database} cannot be written: {error}. Nothing was copied.") from error
