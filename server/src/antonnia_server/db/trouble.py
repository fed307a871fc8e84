"""What the storage can do wrong, and how an error of SQLite or of the system is told apart."""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError


class Trouble(Enum):
    """A kind of failure, by what somebody has to do about it."""

    FULL = "full"
    READ_ONLY = "read-only"
    # What is read makes no sense; only a backup helps.
    DAMAGED = "damaged"
    # Everything else: the device reports errors, the file is gone, another process holds it.
    UNAVAILABLE = "unavailable"


class StorageFailed(Exception):
    """The storage could not make a unit of work durable, or could not be read."""

    def __init__(
        self,
        message: str,
        trouble: Trouble = Trouble.UNAVAILABLE,
        *,
        is_certain: bool = True,
        concerns_all: bool = False,
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        # Whether it is known that nothing was kept. When the disk failed while it was asked to keep
        # a whole transaction, the next start may find it kept.
        self.is_certain = is_certain
        # Whether whoever asks for anything meets it: no fault of what was asked.
        self.concerns_all = concerns_all


_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_LOCKED: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_NOMEM: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_PROTOCOL: Trouble.UNAVAILABLE,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
}
# Where the whole code says more than its low byte.
_BY_EXTENDED_CODE = {sqlite3.SQLITE_READONLY_DBMOVED: Trouble.UNAVAILABLE}
_BY_ERRNO = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EFBIG: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
}


def find_trouble(error: BaseException) -> Trouble | None:
    """What the storage did wrong; None for a mistake of ours, such as in our SQL."""
    if isinstance(error, StorageFailed):
        return error.trouble
    code = sqlite_code_of(error)
    if code is None:
        return None
    # The low byte is the error, the rest says more about it.
    return _BY_EXTENDED_CODE.get(code, _BY_SQLITE_CODE.get(code & 0xFF))


def is_storage_failure(error: BaseException) -> bool:
    """Whether an error is the storage's, and not a mistake of ours."""
    return find_trouble(error) is not None


def trouble_of_system(error: OSError) -> Trouble:
    """What an error of the file system means for the database in it."""
    return _BY_ERRNO.get(error.errno or 0, Trouble.UNAVAILABLE)


def sqlite_code_of(error: BaseException) -> int | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return code if isinstance(code, int) else None


def reason_of(error: BaseException) -> str:
    """What was said first, without the statement and the link that SQLAlchemy adds."""
    if isinstance(error, DBAPIError):
        return str(error.orig)
    return str(error) if error.__cause__ is None else reason_of(error.__cause__)
