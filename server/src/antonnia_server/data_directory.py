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
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from .fault import Fault

# SQLite's own limit, less the endings of the files beside the database.
LONGEST_PATH = 500
DATABASE_NAME = "antonnia.db"
_TOKEN = re.compile(r"antn_[0-9A-Za-z]{38}")
# In the lock, once the database was made.
_MADE = "database"
_READING = re.compile(r"[0-9]{1,18}")


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
        try:
            self.database = database.resolve()
        except (OSError, RuntimeError) as error:
            # A working directory that was deleted, or links in a circle.
            raise Fault(f"{database} cannot be found: {error}.") from error
        if len(os.fsencode(self.database)) > LONGEST_PATH:
            raise Fault(f"{self.database} is too long a path: SQLite takes {LONGEST_PATH} bytes.")
        self._lock = self._beside("lock")
        self._log = self.database.with_name(f"{self.database.name}-wal")
        self._token = self._beside("token")
        self._clock = self._beside("clock")
        self._server = self._beside("server.json")
        # What the owner before has left in the lock.
        self._left: list[str] = []
        self._held: int | None = None

    @property
    def url(self) -> str:
        """What `--database-url` takes for it."""
        return f"sqlite:///{self.database}"

    @contextmanager
    def owned(self, *, for_a_new_database: bool = False) -> Generator[None]:
        """Create the directory if need be, and own it.

        Raises:
            DirectoryInUse: Another process does.
            Fault: The directory cannot be made or written to, or is not new and has to be.
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
                text = os.pread(lock, 64, 0).decode("ascii", "replace").strip()
                holder = text.partition("\n")[0]
                raise DirectoryInUse(
                    f"{self.database.parent} is in use by another process"
                    + (f" ({holder})." if holder else ".")
                ) from error
            except OSError as error:
                raise Fault(
                    f"{self.database.parent} cannot be used as a data directory: its file system "
                    f"has no locks ({error.strerror}), so two servers could write at once."
                ) from error
            try:
                self._left = os.pread(lock, 64, 0).decode("ascii", "replace").splitlines()
                self._held = lock
                self._note(f"process {os.getpid()}", *self._made)
                # Left by a process that was killed.
                self._server.unlink(missing_ok=True)
                if for_a_new_database:
                    self._refuse_what_is_not_new()
                else:
                    self._make_private()
            except OSError as error:
                raise self._unusable(error) from error
            yield
            self._note(*self._made)
        finally:
            self._held = None
            os.close(lock)

    @property
    def free_bytes(self) -> int:
        """How much can still be written to the disk."""
        disk = os.statvfs(self.database.parent)
        return disk.f_bavail * disk.f_frsize

    @property
    def was_left_open(self) -> bool:
        """Whether the owner before has not come to its end."""
        return self._left != self._made or _size(self._log) > 0

    def refuse_if_database_is_lost(self) -> None:
        """An empty file where a database was must not pass for a new one.

        Raises:
            Fault: It is one.
        """
        if _size(self.database) == 0 and (self._made or _size(self._log) > 0):
            raise Fault(
                f"{self.database} is empty or was removed, although there was a database. Restore "
                f"a backup; or, to begin anew, remove {self._lock} and {self._log} too."
            )

    def remember_database(self) -> None:
        """From now on, the database being empty means that it is lost."""
        assert self._held is not None, "the directory is not owned"
        if not self._made:
            self._left = [_MADE]
            self._note(f"process {os.getpid()}", _MADE)
            os.fsync(self._held)

    @property
    def _made(self) -> list[str]:
        return [_MADE] if _MADE in self._left else []

    def _note(self, *lines: str) -> None:
        """Write into the lock who holds it, and whether there is a database."""
        assert self._held is not None, "the directory is not owned"
        text = "".join(f"{line}\n" for line in lines).encode()
        os.pwrite(self._held, text, 0)
        os.ftruncate(self._held, len(text))

    @contextmanager
    def announced(self, server: Server) -> Generator[None]:
        """Let the commands beside a running server find it.

        Raises:
            Fault: The file cannot be written.
        """
        text = json.dumps(server._asdict())
        _write_private(self._server, text)
        try:
            yield
        finally:
            # Someone may have moved this directory away and started another server in its place.
            with suppress(OSError, UnicodeDecodeError):
                if self._server.read_text().strip() == text:
                    self._server.unlink()

    def find_server(self) -> Server | None:
        """The server that owns the directory, or None while its owner has not announced one.

        Raises:
            Fault: The file is not one that a server wrote.
        """
        text = _read(self._server)
        if text is None:
            return None
        try:
            found: Any = json.loads(text)
            base_url, secret = found["base_url"], found["secret"]
        except (ValueError, LookupError, TypeError, RecursionError):
            base_url = secret = None
        if not (_is_header_text(base_url) and _is_header_text(secret)):
            raise Fault(
                f"{self._server} does not say where the running server is; stop the server and "
                "start it again, which writes the file anew."
            )
        return Server(base_url, secret)

    def find_token(self) -> str | None:
        """The token that was kept.

        Raises:
            Fault: The file holds something else.
        """
        token = _read(self._token)
        if token is not None and not _TOKEN.fullmatch(token):
            raise Fault(
                f"{self._token} does not hold a token; remove the file, and the next start makes "
                "a new one."
            )
        return token

    def keep_token(self, token: str) -> None:
        _write_private(self._token, token)

    def find_clock_reading(self) -> int | None:
        """What the test clock showed last.

        Raises:
            Fault: The file holds something else.
        """
        text = _read(self._clock)
        if text is None:
            return None
        if not _READING.fullmatch(text):
            raise Fault(
                f"{self._clock} does not hold a time of the test clock; remove the file, and the "
                "clock starts at the present."
            )
        return int(text)

    def keep_clock_reading(self, reading: int) -> None:
        _write_private(self._clock, str(reading))

    def _refuse_what_is_not_new(self) -> None:
        if self._made or self.database.exists() or self._log.exists():
            raise Fault(
                f"{self.database.parent} is or was in use. Give a new directory with --data, or "
                "move this one away."
            )

    def _make_private(self) -> None:
        """Make the database if need be, and keep it, whoever made it, for its owner's eyes only.

        SQLite gives its own files beside the database the mode of the database.
        """
        database = os.open(self.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(database, 0o600)
        finally:
            os.close(database)

    def _beside(self, suffix: str) -> Path:
        return self.database.with_name(f"{self.database.name}.{suffix}")

    def _unusable(self, error: OSError) -> Fault:
        reason = "it is a file" if error.errno == errno.EEXIST else error.strerror
        if error.filename not in (None, str(self.database.parent)):
            reason = f"{reason} ({error.filename})"
        return Fault(f"{self.database.parent} cannot be used as a data directory: {reason}.")


def _read(path: Path) -> str | None:
    """The text of a file; bytes that are not text are replaced by what no reader takes."""
    try:
        return path.read_bytes().decode(errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}.") from error


def _is_header_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, durably, readable by its owner only from the start."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            # Before the rename, which could otherwise outlive what it names.
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror}.") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
