"""Disks that are full for a while: a small one of its own, or files that may not grow."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from server_process import ServerProcess

DISK_BYTES = 24 << 20
# Room for the first pages of SQLite's log and for the server's own log, and no more.
LIMIT_BYTES = 96 << 10


class Disk(Protocol):
    """Where a server keeps its data, which a test fills up and clears."""

    data: Path

    def fill(self, server: ServerProcess) -> None: ...

    def clear(self, server: ServerProcess) -> None: ...


class SmallDisk:
    """A file system of its own; a ballast takes all that is free."""

    def __init__(self, mount_point: Path) -> None:
        self.data = mount_point / "data"
        self._ballast = mount_point / "ballast"

    def fill(self, server: ServerProcess) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def clear(self, server: ServerProcess) -> None:
        self._ballast.unlink()


class LimitedFiles:
    """No file may grow: no privilege is needed to forbid it to a process of one's own."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"

    def fill(self, server: ServerProcess) -> None:
        self._limit(server, LIMIT_BYTES)

    def clear(self, server: ServerProcess) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: ServerProcess, size: int) -> None:
        # The hard limit stays, or it could not be lifted again.
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(directory: Path) -> Iterator[SmallDisk]:
    """A small disk on the directory; only the superuser may mount one."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs the superuser")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "small", str(directory)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)
