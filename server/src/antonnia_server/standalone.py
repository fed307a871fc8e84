"""The database of a directory that this process owns, without a server on it."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from .clock import Clock
from .data_directory import DataDirectory
from .db import StorageFailed, Transaction
from .db.aftermath import DatabaseDamaged, look_after_kill
from .db.backup import copy_database
from .db.migrate import ForeignDatabase, NewerSchema, migrate, refuse_foreign
from .db.sqlite import SqliteDatabase, connect
from .db.trouble import Trouble, find_trouble, is_storage_failure, reason_of
from .db.watch import unannounced
from .fault import Fault

P = ParamSpec("P")
R = TypeVar("R")

_RESTORE = "Restore a backup with `antonnia restore` into a new directory."


def migrate_database(directory: DataDirectory) -> bool:
    """Bring the schema to this version's; whether there was anything to do.

    Raises:
        Fault: The file is not a database of ours, damaged, or a newer version's.
    """
    directory.refuse_if_database_is_lost()
    if directory.was_left_open:
        _look_after_kill(directory)
    reading = connect(directory.database, read_only=True)
    engine = connect(directory.database)
    try:
        refuse_foreign(reading)
        is_new = migrate(engine)
        directory.remember_database()
        return is_new
    except NewerSchema as error:
        raise Fault(str(error)) from error
    except ForeignDatabase as error:
        raise Fault(f"{directory.database} cannot be used: {error}") from error
    except (DBAPIError, sqlite3.Error) as error:
        raise _unusable(directory, error) from error
    finally:
        reading.dispose()
        engine.dispose()


def copied(source: Path, target: Path) -> int:
    """Copy a database into a new file, and check the copy; the number of its bytes.

    Raises:
        Fault: One of them cannot be used.
    """
    try:
        return copy_database(source, target)
    except FileExistsError as error:
        raise Fault(f"{target} exists already, and is left as it is.") from error
    except DatabaseDamaged as error:
        raise Fault(f"{source} is damaged: {error}.") from error
    except OSError as error:
        raise Fault(f"{target} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise Fault(f"{source} cannot be copied to {target}: {error}.") from error


def _look_after_kill(directory: DataDirectory) -> None:
    try:
        lost = look_after_kill(directory.database)
    except DatabaseDamaged as error:
        raise Fault(f"{directory.database} is damaged: {error}. {_RESTORE}") from error
    except sqlite3.Error as error:
        raise _unusable(directory, error) from error
    if lost is not None:
        sys.stderr.write(f"antonnia: warning: {lost}\n")


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
    advice = f" {_RESTORE}" if find_trouble(error) is Trouble.DAMAGED else ""
    return Fault(f"{directory.database} cannot be used as a database: {reason_of(error)}.{advice}")


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
