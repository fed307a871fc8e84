"""A disk that is full: one line, exit code 2, and nothing half done.

Files that may not grow stand for the disk; SQLite calls what it then meets an I/O error.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from given_server import refused_line, run

# Room for SQLite's index of the log, 32 KiB, but not for a page of the log.
LITTLE = 40_000


def fault_of(directory: Path, command: Iterable[str | Path], max_file_bytes: int) -> str:
    result = run(*command, "--data", directory, max_file_bytes=max_file_bytes)
    line = refused_line(result)
    assert "sqlalche.me" not in line
    return line


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """One that was used before, and in which even the smallest write takes 64 KiB."""
    directory = tmp_path / "data"
    assert run("migrate", "--data", directory).returncode == 0
    with closing(sqlite3.connect(directory / "antonnia.db", isolation_level=None)) as connection:
        for change in ["journal_mode = DELETE", "page_size = 65536"]:
            connection.execute(f"PRAGMA {change}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")
    return directory


@pytest.mark.parametrize("command", ["serve", "dev"])
@pytest.mark.parametrize("max_file_bytes", [0, 8, LITTLE])
def test_a_server_that_cannot_write_does_not_start(
    directory: Path, command: str, max_file_bytes: int
) -> None:
    line = fault_of(directory, (command, "--port", "0"), max_file_bytes)

    assert str(directory) in line
    # Its lock is gone with it.
    assert run("migrate", "--data", directory).returncode == 0


def test_an_import_that_does_not_fit(directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "large.jsonl"
    entries = [{"question": f"What is {number}?", "answer": "It is. " * 400} for number in range(9)]
    file.write_text("\n".join(map(json.dumps, entries)))

    line = fault_of(directory, ("knowledge", "import", file), LITTLE)

    assert f"{directory / 'antonnia.db'} could not be written to, and nothing was stored: " in line


def test_a_token_on_a_new_directory(tmp_path: Path) -> None:
    line = fault_of(tmp_path / "new", ("token", "create", "--organization", "acme"), LITTLE)

    assert "antonnia.db cannot be used as a database: " in line
