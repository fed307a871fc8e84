"""What a process that was killed has left: is the log whole, is the database sound?

SQLite brings the log into the database when it is opened, up to the first frame that makes no
sense, and says nothing of what follows. What followed may have been acknowledged. The index of the
log, which a killed process leaves too, knows how far it went: the server moves that mark only after
the sync of a commit.
"""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

# How long the database is looked through at a start; a large one is not looked through to its end.
CHECK_SECONDS = 2.0
_STEPS_BETWEEN_LOOKS = 10_000
# The header of the index, of which there are two copies: https://sqlite.org/walformat.html
_HEADER = struct.Struct("=III BBH IIIIIIII")
_MAX_FRAME = 6
_BACKFILLED = struct.Struct("=I")


class DatabaseDamaged(Exception):
    """The database does not hold together."""


def look_after_kill(database: Path) -> str | None:
    """Open a database that was not closed, and check it; what was lost, in words, if anything.

    Raises:
        DatabaseDamaged: It cannot be relied upon.
        sqlite3.Error: It cannot be opened.
    """
    expected = _frames_of_index(Path(f"{database}-shm"))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        _, found, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        _check(connection)
    if expected <= max(found, 0):
        return None
    return (
        f"{database}-wal was damaged, cut or removed while no server ran: of its {expected} pages "
        f"{expected - max(found, 0)} cannot be read. Writes that were acknowledged before the last "
        "stop are missing; the database is as it was at the last commit that can be read."
    )


def _check(connection: sqlite3.Connection) -> None:
    with _limited(connection):
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return
    if found != "ok":
        raise DatabaseDamaged(" ".join(str(found).split()))


@contextmanager
def _limited(connection: sqlite3.Connection) -> Generator[None]:
    deadline = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _frames_of_index(index: Path) -> int:
    """How many frames the log had that are not in the database yet; 0 if nothing says so."""
    try:
        with index.open("rb") as file:
            text = file.read(2 * _HEADER.size + _BACKFILLED.size)
    except OSError:
        return 0
    first, second = text[: _HEADER.size], text[_HEADER.size : 2 * _HEADER.size]
    if len(text) != 2 * _HEADER.size + _BACKFILLED.size or first != second:
        return 0
    frames: int = _HEADER.unpack(first)[_MAX_FRAME]
    [backfilled] = _BACKFILLED.unpack_from(text, 2 * _HEADER.size)
    return frames if backfilled < frames else 0
