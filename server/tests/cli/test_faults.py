"""What cannot work is one line on stderr and exit code 2."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from given_server import Server, refused_line, run

from antonnia_server.db.migrate import migrate
from antonnia_server.db.sqlite import connect


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        line = refused_line(run("dev", "--port", port, "--data", tmp_path))

    assert line == (
        f"antonnia: cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Another program listens there; --port N takes another port, --port 0 a free one."
    )


def test_a_directory_that_another_process_owns(running: Server) -> None:
    line = refused_line(run("dev", "--port", "0", "--data", running.directory))

    owner = f"process {running.process.pid}"
    assert line == f"antonnia: {running.directory} is in use by another process ({owner})."


def test_a_newer_schema(tmp_path: Path) -> None:
    engine = connect(tmp_path / "antonnia.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    line = refused_line(run("serve", "--port", "0", "--data", tmp_path))

    assert "schema 9999, which is newer than this version's" in line


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not a database, but long enough to be looked at. " * 100)

    line = refused_line(run("migrate", "--database-url", f"sqlite:///{tmp_path / 'notes.txt'}"))

    assert "notes.txt cannot be used as a database: file is not a database." in line


@pytest.mark.parametrize("place", ["file", "file/data"])
def test_a_directory_that_cannot_be_one(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")

    line = refused_line(run("dev", "--port", "0", "--data", tmp_path / place))

    assert "cannot be used as a data directory: " in line


def test_a_database_that_cannot_be_reached() -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/antonnia"
    line = refused_line(run("serve", "--database-url", url))

    assert line.startswith("antonnia: PostgreSQL at 127.0.0.1/antonnia cannot be used: ")
    assert "secret" not in line


def test_a_command_that_is_for_files() -> None:
    line = refused_line(run("dev", "--database-url", "postgresql://localhost/antonnia"))

    assert "this command is for SQLite" in line


@pytest.mark.parametrize(
    "arguments", [["serve", "--workers", "2"], ["serve", "--no-jobs"], ["worker"]]
)
def test_many_processes_on_one_file(arguments: list[str], tmp_path: Path) -> None:
    line = refused_line(run(*arguments, "--data", tmp_path))

    assert "SQLite" in line
    assert "postgresql://" in line


def test_two_places_at_once(tmp_path: Path) -> None:
    line = refused_line(run("migrate", "--data", tmp_path, "--database-url", "sqlite:////x.db"))

    assert line == "antonnia: give either --data or --database-url, not both."
