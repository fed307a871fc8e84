"""A client in several event loops, in turn and at the same time; warnings fail these tests."""

import asyncio
import gc
import threading
from typing import Any, Awaitable, Callable, List

import httpx
import pytest
from socket_server import SocketServer
from things import Thing

from antonnia.core import AntonniaError, Transport

CALLS = 20


def given_transport(server: SocketServer, **settings: Any) -> Transport:
    return Transport("/things/v1", token="t", base_url=server.url, **settings)


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """`asyncio.run`, in a thread of its own: on Python 3.8 it takes the loop of pytest away."""
    results: List[Any] = []

    async def main() -> None:
        results.append(await work())

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    thread.join()
    assert results, "the work has failed; see above"
    return results[0]


def collect_garbage() -> None:
    """What was left behind says so now, as a warning."""
    for _ in range(3):
        gc.collect()


def test_one_loop_after_another_has_its_own_connections(server: SocketServer) -> None:
    transport = given_transport(server)

    async def calls() -> bool:
        for _ in range(3):
            await transport.get("/things/1", Thing)
        return True

    run(calls)
    run(calls)
    collect_garbage()

    assert len(server.asked) == 6
    assert len(server.connections) == 2


def test_connections_end_with_their_loop(server: SocketServer) -> None:
    transport = given_transport(server)

    async def call() -> httpx.AsyncClient:
        await transport.get("/things/1", Thing)
        [connections] = transport.sender._loops.values()
        return connections.http

    http = run(call)
    collect_garbage()

    assert http.is_closed
    assert transport.sender._loops == {}


def test_a_client_that_nobody_closed_is_closed_when_it_is_gone(server: SocketServer) -> None:
    async def work() -> httpx.AsyncClient:
        transport = given_transport(server)
        await transport.get("/things/1", Thing)
        [connections] = transport.sender._loops.values()
        http = connections.http
        del transport, connections
        collect_garbage()
        for _ in range(1000):
            if not http.is_closed:
                await asyncio.sleep(0)
        return http

    assert run(work).is_closed


def test_several_loops_at_the_same_time(server: SocketServer) -> None:
    transport = given_transport(server)
    together = threading.Barrier(4)
    failures: List[BaseException] = []

    async def calls() -> None:
        together.wait(30)
        for _ in range(CALLS):
            await asyncio.gather(*(transport.get("/things/1", Thing) for _ in range(3)))

    def work() -> None:
        try:
            asyncio.run(calls())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collect_garbage()

    assert failures == []
    assert len(server.asked) == 4 * CALLS * 3
    assert 4 <= len(server.connections) <= 12


def test_closing_cuts_off_the_calls_of_other_loops(server: SocketServer) -> None:
    transport = given_transport(server, timeout=None)
    ends: List[BaseException] = []

    async def call() -> None:
        try:
            await transport.get("/things/hang", Thing)
        except AntonniaError as error:
            ends.append(error)

    async def close() -> bool:
        await transport.close()
        return True

    thread = threading.Thread(target=lambda: asyncio.run(call()))
    thread.start()
    server.wait_until_hanging()
    run(close)
    thread.join(30)
    collect_garbage()

    assert [error.code for error in ends] == ["client_closed"]


def test_a_given_client_is_forgotten_with_its_loop_and_not_closed() -> None:
    answers = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": "a"}))
    http = httpx.AsyncClient(transport=answers)
    transport = Transport("/things/v1", token="t", http_client=http)

    async def call() -> Thing:
        return await transport.get("/things/1", Thing)

    run(call)
    run(call)

    assert not http.is_closed
    assert transport.sender._loops == {}


def test_closing_passes_over_a_loop_that_was_closed() -> None:
    answers = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": "a"}))
    transport = Transport("/things/v1", token="t", http_client=httpx.AsyncClient(transport=answers))

    def work() -> None:
        # Unlike `asyncio.run`, this does not end the generators of the loop.
        loop = asyncio.new_event_loop()
        loop.run_until_complete(transport.get("/things/1", Thing))
        loop.close()

    async def close() -> bool:
        await transport.close()
        return True

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    [(loop, connections)] = transport.sender._loops.items()
    # As if the loop had been open when it was looked at.
    connections.close_from_another(loop)

    assert run(close)
    assert transport.sender._loops == {}


async def test_a_given_client_that_its_owner_closed_is_said_clearly() -> None:
    http = httpx.AsyncClient()
    await http.aclose()

    with pytest.raises(AntonniaError, match="http_client has been closed"):
        await Transport("/things/v1", token="t", http_client=http).get("/things/1", Thing)
