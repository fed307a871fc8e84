"""A PostgreSQL database in this process: opened, migrated, worked on without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from .clock import Clock, SystemClock
from .db import StorageFailed, Transaction
from .db.migrate import ForeignDatabase, NewerSchema, UnsuitableDatabase, migrate, refuse_foreign
from .db.trouble import reason_of
from .db.upgrading import LocksHeld
from .fault import Fault
from .settings import MigrationLimits, PostgresLimits
from .shared_database import SharedDatabase

if TYPE_CHECKING:
    from .db.postgres import PostgresDatabase

P = ParamSpec("P")
R = TypeVar("R")


def open_shared(database: SharedDatabase, clock: Clock) -> PostgresDatabase:
    _need_driver()
    from .db.postgres import PostgresDatabase

    return PostgresDatabase(database.url, clock, database.limits)


def migrate_shared(database: SharedDatabase, limits: MigrationLimits | None = None) -> None:
    """Bring the schema to this version's; of several that begin so, one does it.

    A newer one is left as it is, if this version can work on it.

    Raises:
        Fault: The database cannot be used, or is a newer version's.
    """
    _need_driver()
    from .db.postgres_connection import connect

    engine = connect(database.url, PostgresLimits())
    try:
        refuse_foreign(engine)
        migrate(engine, limits)
    except (NewerSchema, LocksHeld) as error:
        raise Fault(str(error)) from error
    except (ForeignDatabase, UnsuitableDatabase) as error:
        raise Fault(f"{database} cannot be used: {error}") from error
    except DBAPIError as error:
        raise Fault(f"{database} cannot be used: {reason_of(error)}") from error
    finally:
        engine.dispose()


@contextmanager
def shared_faults(database: SharedDatabase) -> Generator[None]:
    """Say in one line what the storage does wrong; a mistake of ours stays as it is."""
    try:
        yield
    except StorageFailed as error:
        raise Fault(f"{database} cannot be used: {reason_of(error)}") from error


class SharedStandalone:
    """Runs units of work one after the other, beside whoever else works there."""

    def __init__(
        self, database: SharedDatabase, db: PostgresDatabase, runner: asyncio.Runner
    ) -> None:
        self._database = database
        self._db = db
        self._runner = runner

    def write(
        self, work: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `work` in a transaction and return its result once that is durable.

        Raises:
            Fault: The storage failed.
        """
        with shared_faults(self._database):
            return self._runner.run(self._db.write(work, *args, **kwargs))


@contextmanager
def opened(database: SharedDatabase) -> Generator[SharedStandalone]:
    """The migrated database, without a server of this process on it."""
    with asyncio.Runner() as runner:
        db = open_shared(database, SystemClock())
        try:
            with shared_faults(database):
                runner.run(db.start())
            yield SharedStandalone(database, db, runner)
        finally:
            runner.run(db.close())


def _need_driver() -> None:
    if find_spec("psycopg") is None:
        raise Fault("PostgreSQL needs its driver: pip install 'antonnia-server[postgres]'.")
