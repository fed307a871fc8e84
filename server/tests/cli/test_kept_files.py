"""The files beside the database: who may read them, and what is said of those that are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from given_server import Start, mode_of, refused_line, run


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"abc", b"antn_" + b"x" * 37 + b"\xff"])
def test_a_kept_token_that_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "antonnia.db.token"
    file.write_bytes(content)

    line = refused_line(run("dev", "--port", "0", "--data", tmp_path))

    assert line.startswith(f"antonnia: {file} does not hold a token; remove the file, ")


@pytest.mark.parametrize("content", [b"abc", b"", b"\xff", b"-1", b"9" * 5000])
def test_a_kept_clock_reading_that_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "antonnia.db.clock"
    file.write_bytes(content)

    result = run("dev", "--port", "0", "--test-clock", "--data", tmp_path)

    announcement, line = result.stderr.splitlines()
    assert result.returncode == 2
    assert "TEST CLOCK" in announcement
    assert line.startswith(f"antonnia: {file} does not hold a time of the test clock; remove ")


def test_a_kept_clock_reading_after_the_end_of_the_clock(tmp_path: Path) -> None:
    file = tmp_path / "antonnia.db.clock"
    file.write_text("221845392000000001")

    result = run("dev", "--port", "0", "--test-clock", "--data", tmp_path)

    assert result.returncode == 2
    assert f"antonnia: {file} holds a time after the year 9000, " in result.stderr


def test_a_damaged_address_of_a_running_server(start: Start) -> None:
    server = start()
    file = server.directory / "antonnia.db.server.json"
    command = ("token", "create", "--organization", "acme", "--data", server.directory)

    for content in ["{bad", "[]", "{}", "", "[" * 100_000, '{"base_url": "x", "secret": "\\n"}']:
        file.write_text(content)

        line = refused_line(run(*command))

        assert line.startswith(f"antonnia: {file} does not say where the running server is; ")


def test_the_address_of_another_server_outlives_this_one(start: Start) -> None:
    server = start()
    file = server.directory / "antonnia.db.server.json"
    file.write_text('{"base_url": "http://127.0.0.1:1", "secret": "another"}\n')

    assert server.stop() == (0, "")

    assert "another" in file.read_text()


def test_a_server_takes_its_own_address_away(start: Start) -> None:
    server = start()

    assert server.stop() == (0, "")

    assert not (server.directory / "antonnia.db.server.json").exists()


def test_a_database_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    database = tmp_path / "antonnia.db"
    database.touch()
    database.chmod(0o644)

    assert run("migrate", "--data", tmp_path).returncode == 0

    assert mode_of(database) == "0o600"
