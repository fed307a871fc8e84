from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import given_server
import pytest
from given_server import Server, Start


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, by default on one directory, and leaves none behind."""
    processes: list[subprocess.Popen[str]] = []

    def start_one(*options: str, directory: Path | None = None) -> Server:
        server = given_server.start(directory or tmp_path / "data", *options)
        processes.append(server.process)
        return server

    yield start_one
    for process in processes:
        with process:
            process.kill()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests of a file that only add to it."""
    server = given_server.start(tmp_path_factory.mktemp("running") / "data")
    yield server
    with server.process:
        server.process.kill()
