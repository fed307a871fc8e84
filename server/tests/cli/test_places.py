"""Where a data directory may be, and what is said of a place where it cannot be."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from given_server import Start, refused_line, run

from antonnia_server import process
from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.standalone import migrate_database

NASTY = "a space, ünïcode 日本, q?uestion #hash 100%41 'quote\" & new\nline"


def opened(path: Path) -> None:
    directory = DataDirectory(path / "antonnia.db")
    with directory.owned():
        migrate_database(directory)


def fault_of(path: Path) -> str:
    with pytest.raises(Fault) as raised:
        opened(path)
    return str(raised.value)


def test_a_name_may_have_every_character(start: Start, tmp_path: Path) -> None:
    directory = tmp_path / NASTY

    server = start(directory=directory)
    with server.client() as client:
        client.sessions.create("contact", "Ana")
    backup = run("backup", tmp_path / f"backup of {NASTY}", "--data", directory)

    assert backup.returncode == 0
    assert {path.name for path in directory.iterdir()} >= {"antonnia.db", "antonnia.db-wal"}


def test_a_link_to_a_directory_leads_to_the_same_one(tmp_path: Path) -> None:
    opened(tmp_path / "data")
    (tmp_path / "link").symlink_to("data")

    with DataDirectory(tmp_path / "data" / "antonnia.db").owned():
        line = fault_of(tmp_path / "link")

    assert "is in use by another process" in line


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    opened(Path("somewhere/data"))

    assert (tmp_path / "somewhere" / "data" / "antonnia.db").exists()


def test_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)

    assert run("migrate", "--data", tmp_path / "data").returncode == 0


def test_a_working_directory_that_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert "cannot be found" in refused_line(run("migrate"))


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")

    assert "cannot be " in fault_of(tmp_path / "one")


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    assert "is too long a path" in fault_of(tmp_path.joinpath(*["x" * 100] * 6))


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert "File name too long" in fault_of(tmp_path / ("x" * 300))


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A data directory that was used and may not be written to."""
    mount_point = tmp_path / "mounted"
    mount_point.mkdir()
    opened(tmp_path / "data")
    if os.geteuid() != 0:
        (tmp_path / "data").chmod(0o500)
        yield tmp_path / "data"
        (tmp_path / "data").chmod(0o700)
        return
    # The superuser may write wherever the disk lets him.
    bound = subprocess.run(["mount", "--bind", tmp_path / "data", mount_point], check=False)
    if bound.returncode != 0:
        pytest.skip("a read-only disk cannot be mounted here")
    subprocess.run(["mount", "-o", "remount,bind,ro", mount_point], check=True)
    yield mount_point
    subprocess.run(["umount", "--lazy", mount_point], check=True)


@pytest.mark.parametrize("command", ["serve", "dev"])
def test_a_directory_that_may_not_be_written_to(read_only: Path, command: str) -> None:
    line = refused_line(run(command, "--port", "0", "--data", read_only))

    assert f"{read_only} cannot be used as a data directory: " in line


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)

    assert "its file system has no locks" in fault_of(tmp_path)


def test_little_room_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "LITTLE_ROOM_BYTES", 1 << 60)
    directory = DataDirectory(tmp_path / "antonnia.db")

    process._warn_of_little_room(directory)

    assert capsys.readouterr().err.startswith(f"antonnia: warning: the disk of {tmp_path} has only")
