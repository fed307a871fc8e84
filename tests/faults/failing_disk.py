"""A disk that reports errors on command; see `failing_disk.c`, which does it."""

from __future__ import annotations

import errno
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_suffix(".c")
LOG = ".db-wal"
DATABASE = ".db"
EVERY_FILE = "*"


class FailingDisk:
    """What is to fail, for the server that is started with its environment."""

    def __init__(self, directory: Path, library: Path) -> None:
        self._order = directory / "failing-disk"
        self._order.write_text("")
        self.environment = {"LD_PRELOAD": str(library), "FAILING_DISK": str(self._order)}

    def fail(self, call: str, suffix: str, number: int = errno.EIO) -> None:
        """From now on `call` (`sync`, `write`, `sync-once`) fails on files that end so."""
        self._replace(f"{call} {suffix} {number}")

    def mend(self) -> None:
        self._replace("")

    def _replace(self, order: str) -> None:
        new = self._order.with_suffix(".new")
        new.write_text(order)
        new.replace(self._order)


def build(directory: Path) -> Path:
    """The library; skips the test aloud where it cannot be made."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler (cc) to build a failing disk with")
    library = directory / "failing_disk.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"a failing disk cannot be built here: {built.stderr.strip()}")
    return library
