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
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise Fault(f"{directory.database} cannot be used as a database: {reason}.") from error
    finally:
        engine.dispose()


class Standalone:
    """Runs units of work one after the other."""

    def __init__(self, db: SqliteDatabase, runner: asyncio.Runner) -> None:
        self._db = db
        self._runner = runner

    def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work` in a transaction and return its result once that is durable."""
        try:
            return self._runner.run(self._db.write(work, *args, **kwargs))
        except StorageFailed as error:
            raise Fault(f"the storage failed, and nothing was written: {error}") from error


@contextmanager
def opened(directory: DataDirectory, clock: Clock) -> Generator[Standalone]:
    """The migrated database of a directory that this process owns."""
    with asyncio.Runner() as runner:
        db = SqliteDatabase(directory.database, clock)
        runner.run(db.start())
        try:
            yield Standalone(db, runner)
        finally:
            runner.run(db.close())
