"""Files that were damaged, cut or removed while no server ran: what is said, and what is kept."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import given_server
import pytest

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.standalone import migrate_database

SESSIONS = 20
PAGE = 4096
WAL_HEADER, FRAME = 32, 24 + PAGE
NAME = "antonnia.db"
LOG, INDEX = "antonnia.db-wal", "antonnia.db-shm"
GARBAGE = b"This is not what was here. " * 2000

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a killed server has left: everything that it acknowledged is in the log still."""
    directory = tmp_path_factory.mktemp("left") / "data"
    server = given_server.start(directory)
    with server.process, server.client() as client:
        for number in range(SESSIONS):
            client.sessions.create(f"contact {number}", "Ana")
        server.stop(signal.SIGKILL)
    return directory


@pytest.fixture
def directory(left: Path, tmp_path: Path) -> Path:
    """As the killed server left it."""
    return Path(shutil.copytree(left, tmp_path / "data"))


@pytest.fixture
def closed(directory: Path) -> Path:
    """As a server leaves it that comes to its end."""
    opened(directory)
    assert not (directory / LOG).exists()
    return directory


def opened(directory: Path) -> None:
    """What every command does first."""
    data = DataDirectory(directory / NAME)
    with data.owned():
        migrate_database(data)


def fault_of(directory: Path) -> str:
    with pytest.raises(Fault) as raised:
        opened(directory)
    return str(raised.value)


def sessions_of(directory: Path) -> int:
    with closing(sqlite3.connect(directory / NAME)) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM sessions")
        return int(count)


def cut(name: str, size: int) -> Damage:
    return lambda directory: os.truncate(directory / name, size)


def overwrite(name: str, at: int, what: bytes) -> Damage:
    def damage(directory: Path) -> None:
        with (directory / name).open("r+b") as file:
            file.seek(at)
            file.write(what)

    return damage


def remove(*names: str) -> Damage:
    def damage(directory: Path) -> None:
        for name in names:
            (directory / name).unlink()

    return damage


def nothing(directory: Path) -> None:
    pass


@pytest.mark.parametrize(
    "damage",
    [nothing, remove(INDEX), overwrite(INDEX, 0, GARBAGE), cut(INDEX, 0)],
    ids=["nothing", "no index", "garbage in the index", "an empty index"],
)
def test_after_a_kill_everything_acknowledged_is_there(
    directory: Path, damage: Damage, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(directory)

    opened(directory)

    assert capsys.readouterr().err == ""
    assert sessions_of(directory) == SESSIONS


@pytest.mark.parametrize(
    "damage",
    [
        remove(LOG),
        *(cut(LOG, size) for size in (0, 10, WAL_HEADER, WAL_HEADER + 24, WAL_HEADER + FRAME)),
        cut(LOG, WAL_HEADER + 9 * FRAME + 100),
        overwrite(LOG, 5, b"\x7f"),
        overwrite(LOG, WAL_HEADER + 9, b"\x7f"),
        overwrite(LOG, WAL_HEADER + 5 * FRAME + 1000, b"\x7f"),
    ],
)
def test_a_damaged_log_is_read_up_to_there_and_the_loss_is_said(
    directory: Path, damage: Damage, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(directory)

    opened(directory)

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"antonnia: warning: {directory / LOG} was damaged, cut or removed ")
    assert "Writes that were acknowledged before the last stop are missing" in line
    assert sessions_of(directory) < SESSIONS
    # It is said once.
    opened(directory)
    assert capsys.readouterr().err == ""


def test_a_damaged_end_of_the_log_costs_the_last_commits_only(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = directory / LOG
    last_frame = (log.stat().st_size - WAL_HEADER) // FRAME - 1
    overwrite(LOG, WAL_HEADER + last_frame * FRAME + 1000, b"\x7f\x7f")(directory)

    opened(directory)

    assert "are missing" in capsys.readouterr().err
    assert sessions_of(directory) >= SESSIONS - 1


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut(NAME, 50), "database disk image is malformed"),
        (cut(NAME, PAGE), "database disk image is malformed"),
        (cut(NAME, 50 * PAGE), "database disk image is malformed"),
        (overwrite(NAME, 0, bytes(100)), "file is not a database"),
    ],
)
def test_a_damaged_database_is_refused(closed: Path, damage: Damage, reason: str) -> None:
    damage(closed)

    line = fault_of(closed)

    assert f"{closed / NAME} cannot be used as a database: {reason}. Restore a backup" in line


def test_garbage_in_the_middle_is_found_after_a_kill(directory: Path) -> None:
    overwrite(NAME, 20 * PAGE, GARBAGE)(directory)

    line = fault_of(directory)

    assert f"{directory / NAME} is damaged: " in line or "malformed" in line
    assert "Restore a backup" in line


@pytest.mark.parametrize("damage", [cut(NAME, 0), remove(NAME)], ids=["empty", "removed"])
@pytest.mark.parametrize("state", ["directory", "closed"])
def test_a_database_that_is_lost_does_not_pass_for_a_new_one(
    request: pytest.FixtureRequest, damage: Damage, state: str
) -> None:
    place: Path = request.getfixturevalue(state)
    damage(place)

    line = fault_of(place)

    assert f"{place / NAME} is empty or was removed, although there was a database." in line


def test_to_begin_anew_what_is_left_has_to_be_removed(directory: Path) -> None:
    remove(NAME, LOG, INDEX, f"{NAME}.lock")(directory)

    opened(directory)
    assert sessions_of(directory) == 0


@pytest.mark.parametrize("name", [NAME, LOG])
def test_a_directory_in_the_place_of_a_file(directory: Path, name: str) -> None:
    remove(name)(directory)
    (directory / name).mkdir()

    line = fault_of(directory)

    assert str(directory) in line


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE songs (name TEXT)",
        "CREATE TABLE sessions (name TEXT)",
        "CREATE TABLE alembic_version (version_num TEXT);"
        "INSERT INTO alembic_version VALUES ('3af0bb12')",
        "CREATE TABLE alembic_version (version_num TEXT)",
    ],
)
def test_the_database_of_another_program_is_left_alone(tmp_path: Path, schema: str) -> None:
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.executescript(schema)
    before = (tmp_path / NAME).read_bytes()

    line = fault_of(tmp_path)

    assert line.endswith("cannot be used: it is the database of another program.")
    assert (tmp_path / NAME).read_bytes() == before
