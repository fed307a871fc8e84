"""A copy of a database in one file, as it is at one moment, whoever writes to it meanwhile."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from .aftermath import DatabaseDamaged


def copy_database(source: Path, target: Path) -> int:
    """Copy a database, of a running server too, into a new file; the number of its bytes.

    The copy is checked, is on the disk, and is there whole or not at all.

    Raises:
        FileExistsError: There is a file at `target`.
        DatabaseDamaged: The copy does not hold together, as its source does not.
        sqlite3.Error: The source cannot be read, or the copy not be written.
        OSError: The copy cannot be written.
    """
    if target.exists():
        raise FileExistsError(str(target))
    new = target.with_name(f"{target.name}.new")
    # Not for others' eyes, from the first byte on.
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    try:
        _copy(source, new)
        _sync(new)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    _sync(target.parent)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reading,
        closing(sqlite3.connect(target, isolation_level=None)) as writing,
    ):
        # In one step, which is one snapshot; in several, each write would begin it anew.
        reading.backup(writing)
        # The copy is one file, without a log beside it.
        writing.execute("PRAGMA journal_mode = DELETE").fetchall()
        found = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DatabaseDamaged(" ".join(str(found).split()))


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
