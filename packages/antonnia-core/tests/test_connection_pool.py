"""The connections that nobody gave: used again, closed when they are old, and never lost."""

import asyncio
import gc
import gzip
from typing import Any, AsyncIterator, List

import httpx
import pytest
from socket_server import SocketServer
from things import Thing

from antonnia.core import Transport
from antonnia.core.connection_pool import ConnectionPool, open_connections


async def call(pool: ConnectionPool, url: str, timeout: float = 30.0) -> httpx.Response:
    return await pool.request("GET", url, {"Accept": "application/json"}, None, timeout)


@pytest.fixture
async def closing() -> AsyncIterator[List[ConnectionPool]]:
    """Closes the pools in it at the end."""
    pools: List[ConnectionPool] = []
    yield pools
    for pool in pools:
        await pool.aclose()


async def test_calls_one_after_another_share_a_connection(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool()
    closing.append(pool)

    for _ in range(5):
        assert (await call(pool, server.url)).json() == {"id": "thing_1"}

    assert len(server.connections) == 1


async def test_calls_at_once_have_a_connection_each_and_use_them_again(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool()
    closing.append(pool)

    for _ in range(3):
        await asyncio.gather(*(call(pool, server.url) for _ in range(10)))

    assert 1 < len(server.connections) <= 10


async def test_a_connection_that_was_idle_for_too_long_is_not_used_again(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(keep_idle_seconds=0)
    closing.append(pool)

    for _ in range(3):
        await call(pool, server.url)

    assert len(server.connections) == 3


async def test_what_a_burst_opened_is_closed_by_the_calls_after_it(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(keep_idle_seconds=0)
    closing.append(pool)
    await asyncio.gather(*(call(pool, server.url) for _ in range(10)))

    for _ in range(10):
        await call(pool, server.url)

    assert len(pool._idle) == 1


async def test_a_connection_that_the_server_has_closed_is_replaced(
    closing: List[ConnectionPool],
) -> None:
    closed = asyncio.Event()
    connections = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    pool = ConnectionPool()
    closing.append(pool)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for _ in range(3):
        assert (await call(pool, url)).content == b"{}"
        await asyncio.wait_for(closed.wait(), 30)
        closed.clear()
    server.close()

    assert connections == 3


async def test_a_full_pool_lets_calls_wait_for_their_turn(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(max_connections=2)
    closing.append(pool)

    answers = await asyncio.gather(*(call(pool, server.url) for _ in range(20)))

    assert len(answers) == 20
    assert len(server.connections) == 2


async def test_a_call_that_waits_too_long_for_its_turn_fails_and_loses_none(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(max_connections=1)
    closing.append(pool)
    hanging = asyncio.ensure_future(call(pool, f"{server.url}/hang"))
    await asyncio.get_running_loop().run_in_executor(None, server.wait_until_hanging)

    with pytest.raises(httpx.PoolTimeout):
        await call(pool, server.url, timeout=0.001)
    server.released.set()
    await hanging

    assert (await call(pool, server.url)).status_code == 200


async def test_cancelling_at_every_step_loses_no_connection_and_no_turn(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(max_connections=2)
    closing.append(pool)
    cancelled = 0

    async def cancel_after(steps: int) -> None:
        nonlocal cancelled
        task = asyncio.ensure_future(call(pool, server.url))
        for _ in range(steps):
            await asyncio.sleep(0)
        cancelled += task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(40):
        await asyncio.gather(*(cancel_after(steps) for steps in range(40)))
    answers = await asyncio.gather(*(call(pool, server.url) for _ in range(6)))
    await pool.aclose()
    gc.collect()

    assert cancelled > 400
    assert [answer.status_code for answer in answers] == [200] * 6
    assert pool._calls == 0
    assert not pool._waiting


async def test_timeouts_within_a_call_lose_no_connection_and_no_turn(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool(max_connections=1)
    closing.append(pool)

    for _ in range(20):
        # It connects without haste, so that the limit always ends the wait for the answer.
        await call(pool, server.url)
        with pytest.raises(httpx.ReadTimeout):
            await call(pool, f"{server.url}/hang", timeout=0.01)

    assert (await call(pool, server.url)).status_code == 200


async def test_a_compressed_answer_is_read(closing: List[ConnectionPool]) -> None:
    content = gzip.compress(b'{"id": "thing_1"}')

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Accept-Encoding: gzip" in head
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    pool = ConnectionPool()
    closing.append(pool)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        answered = await call(pool, url)

    assert answered.json() == {"id": "thing_1"}


async def test_nobody_there_is_a_failure_of_httpx(
    server: SocketServer, closing: List[ConnectionPool]
) -> None:
    pool = ConnectionPool()
    closing.append(pool)

    # Nothing can listen there.
    with pytest.raises(httpx.ConnectError):
        await call(pool, "http://127.0.0.1:1/")
    with pytest.raises(httpx.InvalidURL):
        await call(pool, "http://127.0.0.1:port/")

    assert not pool._idle
    assert (await call(pool, server.url)).status_code == 200


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
async def test_behind_a_proxy_httpx_finds_the_way(
    name: str, server: SocketServer, monkeypatch: Any
) -> None:
    for other in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(other, raising=False)
        monkeypatch.delenv(other.lower(), raising=False)
    monkeypatch.setenv(name.lower(), server.url)

    connections = open_connections()
    await connections.aclose()

    assert isinstance(connections, httpx.AsyncClient)


async def test_calls_go_through_the_proxy_that_the_environment_names(
    server: SocketServer, monkeypatch: Any
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", server.url)
    transport = Transport("/things/v1", token="t", base_url="http://platform.example")

    assert (await transport.get("/things/1", Thing)).id == "thing_1"
    await transport.close()

    assert server.asked == ["http://platform.example/things/v1/things/1"]
