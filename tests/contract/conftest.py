"""A real server on a socket, and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator

import given_server
import pytest
from given_ids import GivenIds
from given_server import Server
from raw_http import Connection


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`antonnia dev`; whatever is asked of it, it may log no error."""
    directory = tmp_path_factory.mktemp("contract") / "data"
    server = given_server.start(directory)
    yield server
    with server.process:
        server.process.kill()
    log = directory.with_suffix(".log").read_text()
    assert " ERROR " not in log, log
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def connection(server: Server) -> Iterator[Connection]:
    connection = Connection(server.address)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def ids(server: Server, connection: Connection) -> GivenIds:
    return GivenIds(server, connection)
