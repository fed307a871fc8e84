"""A forked child talks over connections of its own."""

import asyncio
import os
import sys
import traceback
from typing import Any, Callable

import httpx
import pytest
from socket_server import SocketServer
from things import Thing

from antonnia.core import AntonniaError, SyncTransport, Transport

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    # The server of the test runs in a thread; the child does not touch it.
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


def in_a_child(work: Callable[[], Any]) -> None:
    """Run the work in a forked child; its failure is ours."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0, "the child has failed; see its output"


def test_a_child_opens_its_own_connections(server: SocketServer) -> None:
    transport = SyncTransport("/things/v1", token="t", base_url=server.url)
    transport.get("/things/1", Thing)
    before = set(server.connections)

    in_a_child(lambda: transport.get("/things/1", Thing))
    in_the_child = server.connections - before
    transport.get("/things/1", Thing)
    transport.close()

    assert len(before) == len(in_the_child) == 1
    assert server.connections == before | in_the_child, "the parent has lost its connection"


def test_a_child_can_close_what_it_inherited(server: SocketServer) -> None:
    transport = SyncTransport("/things/v1", token="t", base_url=server.url)
    transport.get("/things/1", Thing)

    in_a_child(transport.close)
    transport.get("/things/1", Thing)
    transport.close()

    assert len(server.connections) == 1, "the child has closed the connection of its parent"


def test_a_child_of_a_running_loop_opens_its_own_connections(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url)

    async def call() -> None:
        await transport.get("/things/1", Thing)

    def in_a_new_loop() -> None:
        asyncio.run(call())

    async def work() -> None:
        await call()
        before = set(server.connections)
        in_a_child(in_a_new_loop)
        assert len(server.connections - before) == 1
        await call()
        assert len(server.connections) == 2, "the parent has lost its connection"
        await transport.close()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(work())
    loop.close()


def test_a_given_client_cannot_be_used_in_a_child(server: SocketServer) -> None:
    with httpx.Client() as http:
        transport = SyncTransport("/things/v1", token="t", base_url=server.url, http_client=http)
        transport.get("/things/1", Thing)

        def use_it() -> None:
            with pytest.raises(AntonniaError, match="parent of this forked process"):
                transport.get("/things/1", Thing)

        in_a_child(use_it)

    assert len(server.asked) == 1
