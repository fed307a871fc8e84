from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import UV, packages, run
from server_process import ServerProcess


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheels of all client packages, built as they would be published."""
    folder = tmp_path_factory.mktemp("wheels")
    for package in packages():
        run([UV, "build", "--quiet", "--wheel", "--no-build-isolation", "-o", folder], package)
    built = sorted(folder.glob("*.whl"))
    assert len(built) == len(packages())
    return built


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of the workspace, on a socket."""
    server = ServerProcess(tmp_path_factory.mktemp("lanes") / "data")
    with asyncio.Runner() as runner:
        runner.run(server.start())
        yield server
        runner.run(server.stop())
    assert server.complaints() == []
