"""The database of a directory that this process owns, without a server on it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from .clock import Clock
from .data_directory import DataDirectory
from .db import StorageFailed, Transaction
from .db.migrate import NewerSchema, migrate
from .db.sqlite import SqliteDatabase, connect
from .db.trouble import is_storage_failure, reason_of
from .db.watch import unannounced
from .fault import Fault

P = ParamSpec("P")
R = TypeVar("R")


def migrate_database(directory: DataDirectory) -> bool:
    """Bring the schema to this version's; whether there was anything to do.

    Raises:
        Fault: The file is not a database, or a newer version's.
    """
    engine = connect(directory.database)
    try:
        return migrate(engine)
    except NewerSchema as error:
        raise Fault(str(error)) from error
    except (DBAPIError, sqlite3.Error) as error:
        raise _unusable(directory, error) from error
    finally:
        engine.dispose()


@contextmanager
def storage_faults(directory: DataDirectory) -> Generator[None]:
    """Say in one line what the storage does wrong; a mistake of ours stays as it is."""
    try:
        yield
    except StorageFailed as error:
        raise Fault(
            f"{directory.database} could not be written to, and nothing was stored: "
            f"{reason_of(error)}."
        ) from error
    except (DBAPIError, sqlite3.Error) as error:
        if not is_storage_failure(error):
            raise
        raise _unusable(directory, error) from error


def _unusable(directory: DataDirectory, error: DBAPIError | sqlite3.Error) -> Fault:
    return Fault(f"{directory.database} cannot be used as a database: {reason_of(error)}.")


class Standalone:
    """Runs units of work one after the other."""

    def __init__(
        self, directory: DataDirectory, db: SqliteDatabase, runner: asyncio.Runner
    ) -> None:
        self._directory = directory
        self._db = db
        self._runner = runner

    def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work` in a transaction and return its result once that is durable.

        Raises:
            Fault: The storage failed.
        """
        with storage_faults(self._directory):
            return self._runner.run(self._db.write(work, *args, **kwargs))


@contextmanager
def opened(directory: DataDirectory, clock: Clock) -> Generator[Standalone]:
    """The migrated database of a directory that this process owns."""
    with unannounced(), asyncio.Runner() as runner:
        db = SqliteDatabase(directory.database, clock)
        try:
            with storage_faults(directory):
                runner.run(db.start())
            yield Standalone(directory, db, runner)
        finally:
            runner.run(db.close())
