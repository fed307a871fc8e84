from typing import Iterator

import pytest
from socket_server import SocketServer


@pytest.fixture
def server() -> Iterator[SocketServer]:
    with SocketServer() as server:
        yield server
