"""Whether the files of a database can be written to, as the last attempts have told.

A failure makes the writer look for itself (`look_again`): is there room, does a small commit
succeed, can the log be emptied into the database? If so, only that one unit was at fault. If not,
every write is refused until it is so again, and readiness says why.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from antonnia_server.rare_log import SECONDS_BETWEEN, RareLog

from .trouble import (
    StorageFailed,
    Trouble,
    find_trouble,
    reason_of,
    sqlite_code_of,
    trouble_of_system,
)

logger = logging.getLogger("antonnia.storage")

# Beside the database there has to be room for this much, or its disk counts as full.
ROOM_BYTES = 1 << 20
# How often a failure that goes on is mentioned.
REMINDER_SECONDS = 60.0
# The log is emptied into the database at a few MiB. Larger than this, either that fails, of which
# SQLite tells nobody, or somebody has been reading for long.
LARGE_LOG_BYTES = 16 << 20

_File = tuple[int, int] | None


@contextmanager
def unannounced() -> Generator[None]:
    """Log nothing of the storage, where whoever asked is told what is wrong with it anyway."""
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


class StorageWatch:
    """What is known of the storage of one database."""

    def __init__(self, path: Path) -> None:
        self._database = os.fspath(path)
        self._log = f"{self._database}-wal"
        self._files: tuple[_File, _File] = (None, None)
        self._trouble: StorageFailed | None = None
        self._lock = threading.Lock()
        self._rare = RareLog(logger)
        self._since = self._reminded = 0.0
        self._refused = 0
        self._large_log_bytes = LARGE_LOG_BYTES

    @property
    def trouble(self) -> StorageFailed | None:
        """Why nothing can be written; None if it can, as far as is known."""
        return self._trouble

    def opened(self) -> None:
        """Remember which files are open."""
        self._files = (_identity(self._database), _identity(self._log))

    def refuse_in_trouble(self) -> None:
        """Raise what is known to be wrong, without another attempt."""
        trouble = self._trouble
        if trouble is not None:
            self._refused += 1
            raise StorageFailed(str(trouble), trouble.trouble, concerns_all=True)

    def refuse_if_gone(self) -> None:
        """A file that was deleted or replaced can still be written to, and keeps nothing."""
        if _identity(self._database) != self._files[0]:
            raise StorageFailed(f"the database file {self._database} is gone or was replaced")

    def refuse_if_log_gone(self) -> None:
        """The same of the log beside it, to which every commit goes first."""
        if _identity(self._log) != self._files[1]:
            raise StorageFailed(
                f"the database's log {self._log} is gone or was replaced; what it held was saved: "
                "stop the server and start it again"
            )

    def _save_log_if_gone(self, connection: sa.Connection) -> None:
        try:
            self.refuse_if_log_gone()
        except StorageFailed:
            # Only this process can still read it.
            _empty_log(connection)
            raise

    def read_failed(self, error: BaseException) -> StorageFailed:
        """What a failed read is raised as. Damage that it met concerns every write after it."""
        trouble = find_trouble(error) or Trouble.UNAVAILABLE
        failure = StorageFailed(reason_of(error), trouble)
        if trouble is Trouble.DAMAGED:
            self._enter(failure)
        return failure

    def write_failed(self, connection: sa.Connection, error: BaseException) -> StorageFailed:
        """What the units of a failed transaction are answered, after a look at the storage."""
        trouble = find_trouble(error)
        if trouble is None:
            return StorageFailed(str(error))
        if trouble is Trouble.DAMAGED:
            failure = StorageFailed(reason_of(error), trouble)
            self._enter(failure)
            return failure
        found = self.look_again(connection)
        # The commit of the look lies where the failed one would have lain, so that one is void.
        code = sqlite_code_of(error)
        is_certain = found is None or code is None or code & 0xFF != sqlite3.SQLITE_IOERR
        if found is None:
            return StorageFailed(reason_of(error), trouble, is_certain=is_certain)
        return StorageFailed(f"{reason_of(error)} ({found})", found.trouble, is_certain=is_certain)

    def look_again(self, connection: sa.Connection) -> StorageFailed | None:
        """Find out whether the storage works, and remember it; None if it does."""
        known = self._trouble
        if known is not None and known.trouble is Trouble.DAMAGED:
            return known
        try:
            self.refuse_if_gone()
            self._save_log_if_gone(connection)
            # Before SQLite is asked, which calls most errors of the system an I/O error.
            _need_room(self._database)
            _empty_log(connection)
            _need_commit(connection)
        except OSError as error:
            found = StorageFailed(
                f"{os.path.dirname(self._database)} cannot be written to: {error.strerror}",
                trouble_of_system(error),
            )
        except (StorageFailed, DBAPIError, sqlite3.Error) as error:
            trouble = find_trouble(error) or Trouble.UNAVAILABLE
            found = StorageFailed(reason_of(error), trouble)
        else:
            self._leave()
            return None
        self._enter(found)
        return found

    def log_is_large(self) -> bool:
        """Whether the log has grown so much that emptying it may be failing."""
        return _size(self._log) > self._large_log_bytes

    def empty_log(self, connection: sa.Connection) -> None:
        """Empty a large log into the database, and hear of it if that fails."""
        self.look_again(connection)
        # If somebody still reads, not before it has doubled.
        self._large_log_bytes = max(LARGE_LOG_BYTES, 2 * _size(self._log))

    def _enter(self, found: StorageFailed) -> None:
        now = time.monotonic()
        with self._lock:
            known = self._trouble
            if known is None:
                self._since = self._reminded = now
                self._refused = 0
            elif known.trouble is Trouble.DAMAGED:
                return
            self._trouble = found
        if known is None or known.trouble is not found.trouble:
            is_told = self._rare.log(
                logging.ERROR,
                "the storage is %s, and no write is taken: %s: %s",
                found.trouble.value,
                self._database,
                found,
            )
            if not is_told:
                # It comes and goes. Should it stay, that has to be said soon.
                self._reminded = now - REMINDER_SECONDS + SECONDS_BETWEEN
        elif now - self._reminded >= REMINDER_SECONDS:
            self._reminded = now
            logger.error(
                "the storage is still %s after %d s; %d writes were refused: %s",
                found.trouble.value,
                now - self._since,
                self._refused,
                found,
            )

    def _leave(self) -> None:
        with self._lock:
            known, self._trouble = self._trouble, None
        if known is not None:
            self._rare.log(
                logging.WARNING,
                "the storage can be written to again after %d s; %d writes were refused",
                time.monotonic() - self._since,
                self._refused,
            )


def _need_room(database: str) -> None:
    """Write and sync a file beside the database, and remove it."""
    place = f"{database}.room"
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.unlink(place)
        left = ROOM_BYTES
        while left > 0:
            left -= os.write(file, bytes(min(left, 1 << 16)))
        os.fsync(file)
    finally:
        os.close(file)


def _need_commit(connection: sa.Connection) -> None:
    """Commit the smallest change there is, durably.

    It takes the place of a commit that failed in the log. A crash could otherwise bring that one
    back, whole, although it was said to have failed.
    """
    with connection.begin():
        connection.exec_driver_sql("PRAGMA user_version = 0")


def _empty_log(connection: sa.Connection) -> None:
    """Bring what the log holds into the database; SQLite, doing so by itself, hides its errors."""
    driver = connection.connection.dbapi_connection
    assert driver is not None
    cursor = driver.cursor()
    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    cursor.fetchall()


def _identity(path: str) -> _File:
    """Which file is at `path`; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
