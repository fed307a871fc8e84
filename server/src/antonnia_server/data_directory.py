"""The directory in which one server keeps everything, and who owns it.

    antonnia.db               the database, with SQLite's own files beside it
    antonnia.db.lock          held for as long as a process owns the database
    antonnia.db.token         the token of `antonnia dev`
    antonnia.db.clock         what the test clock showed last
    antonnia.db.server.json   where a running server is, and the secret of its operator

All of it is for the owner's eyes only. The lock is the kernel's and ends with its process, however
that ends; whatever else a killed process leaves behind is not believed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from .fault import Fault

DATABASE_NAME = "antonnia.db"


class Server(NamedTuple):
    """A running server, as the commands beside it need to know it."""

    base_url: str
    secret: str


class DirectoryInUse(Fault):
    """Another process owns the directory."""


class DataDirectory:
    """One database file and what lies beside it."""

    def __init__(self, database: Path) -> None:
        # Resolved, so that a link to the file leads to the same lock.
        self.database = database.resolve()
        self._lock = self._beside("lock")
        self._token = self._beside("token")
        self._clock = self._beside("clock")
        self._server = self._beside("server.json")

    @contextmanager
    def owned(self) -> Generator[None]:
        """Create the directory if need be, and own it.

        Raises:
            DirectoryInUse: Another process does.
            Fault: The directory cannot be made or written to.
        """
        try:
            self.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
                raise DirectoryInUse(
                    f"{self.database.parent} is in use by another process"
                    + (f" ({holder})." if holder else ".")
                ) from error
            try:
                os.ftruncate(lock, 0)
                os.pwrite(lock, f"process {os.getpid()}".encode(), 0)
                # Left by a process that was killed.
                self._server.unlink(missing_ok=True)
                # SQLite gives its own files beside the database the mode of the database.
                os.close(os.open(self.database, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise self._unusable(error) from error
            yield
        finally:
            os.close(lock)

    @contextmanager
    def announced(self, server: Server) -> Generator[None]:
        """Let the commands beside a running server find it."""
        _write_private(self._server, json.dumps(server._asdict()))
        try:
            yield
        finally:
            self._server.unlink(missing_ok=True)

    def find_server(self) -> Server | None:
        """The server that owns the directory, or None while its owner has not announced one."""
        text = _read(self._server)
        return None if text is None else Server(**json.loads(text))

    def find_token(self) -> str | None:
        return _read(self._token)

    def keep_token(self, token: str) -> None:
        _write_private(self._token, token)

    def find_clock_reading(self) -> int | None:
        text = _read(self._clock)
        return None if text is None else int(text)

    def keep_clock_reading(self, reading: int) -> None:
        _write_private(self._clock, str(reading))

    def _beside(self, suffix: str) -> Path:
        return self.database.with_name(f"{self.database.name}.{suffix}")

    def _unusable(self, error: OSError) -> Fault:
        reason = "it is a file" if error.errno == errno.EEXIST else error.strerror
        return Fault(f"{self.database.parent} cannot be used as a data directory: {reason}.")


def _read(path: Path) -> str | None:
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    return None


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only from the start."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    new.replace(path)
