from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from faults import failing_disk
from faults.disks import Disk, LimitedFiles, small_disk
from faults.failing_disk import FailingDisk
from faults.readiness import until_use_is_noted
from server_process import ServerProcess


@pytest.fixture(params=["small disk", "limited files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "limited files":
        yield LimitedFiles(tmp_path)
        return
    mount_point = tmp_path / "mounted"
    mount_point.mkdir()
    with small_disk(mount_point) as mounted:
        yield mounted


@pytest.fixture
async def server(disk: Disk, tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    server = ServerProcess(disk.data, log=tmp_path / "server.log")
    try:
        await server.start()
        yield server
    finally:
        await server.close()


@pytest.fixture(scope="session")
def failing_disk_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return failing_disk.build(tmp_path_factory.mktemp("failing_disk"))


@pytest.fixture
def failing(failing_disk_library: Path, tmp_path: Path) -> FailingDisk:
    return FailingDisk(tmp_path, failing_disk_library)


@pytest.fixture
async def failing_server(failing: FailingDisk, tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    """A server on the disk that fails on command."""
    server = ServerProcess(tmp_path / "data", environment=failing.environment)
    try:
        await server.start()
        await until_use_is_noted(server)
        yield server
    finally:
        await server.close()
