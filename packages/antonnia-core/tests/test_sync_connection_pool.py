"""The connections that threads share, when nobody gave any."""

import threading
from typing import Any, Dict, Iterator, List

import httpx
import pytest
from socket_server import SocketServer
from things import Thing

from antonnia.core import SyncTransport
from antonnia.core.connection_sync_pool import SyncConnectionPool


def call(pool: SyncConnectionPool, url: str, timeout: float = 30.0) -> httpx.Response:
    return pool.request("GET", url, {"Accept": "application/json"}, None, timeout)


def ignore(event: str, info: Dict[str, Any]) -> None:
    pass


@pytest.fixture
def closing() -> Iterator[List[SyncConnectionPool]]:
    """Closes the pools in it at the end."""
    pools: List[SyncConnectionPool] = []
    yield pools
    for pool in pools:
        pool.close()


def test_calls_one_after_another_share_a_connection_and_only_the_first_tells_its_steps(
    server: SocketServer, closing: List[SyncConnectionPool]
) -> None:
    steps: List[str] = []
    pool = SyncConnectionPool(lambda event, info: steps.append(event))
    closing.append(pool)
    call(pool, server.url)
    opened = list(steps)

    for _ in range(5):
        assert call(pool, server.url).json() == {"id": "thing_1"}

    assert len(server.connections) == 1
    assert "connection.connect_tcp.complete" in opened
    assert steps == opened


def test_a_connection_that_was_idle_for_too_long_is_not_used_again(
    server: SocketServer, closing: List[SyncConnectionPool]
) -> None:
    pool = SyncConnectionPool(ignore, keep_idle_seconds=0)
    closing.append(pool)

    for _ in range(3):
        call(pool, server.url)

    assert len(server.connections) == 3


def test_threads_wait_for_their_turn(
    server: SocketServer, closing: List[SyncConnectionPool]
) -> None:
    pool = SyncConnectionPool(ignore, max_connections=2)
    closing.append(pool)
    answers: List[int] = []

    def work() -> None:
        for _ in range(20):
            answers.append(call(pool, server.url).status_code)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 160
    assert len(server.connections) == 2


def test_a_call_that_waits_too_long_for_its_turn_fails_and_loses_none(
    server: SocketServer, closing: List[SyncConnectionPool]
) -> None:
    pool = SyncConnectionPool(ignore, max_connections=1)
    closing.append(pool)
    hanging = threading.Thread(target=call, args=(pool, f"{server.url}/hang"))
    hanging.start()
    server.wait_until_hanging()

    with pytest.raises(httpx.PoolTimeout):
        call(pool, server.url, timeout=0.001)
    server.released.set()
    hanging.join()

    assert call(pool, server.url).status_code == 200


def test_failures_are_those_of_httpx_and_lose_no_turn(
    server: SocketServer, closing: List[SyncConnectionPool]
) -> None:
    pool = SyncConnectionPool(ignore, max_connections=1)
    closing.append(pool)

    # Nothing can listen there.
    with pytest.raises(httpx.ConnectError):
        call(pool, "http://127.0.0.1:1/")
    assert not pool._idle
    with pytest.raises(httpx.TimeoutException):
        call(pool, f"{server.url}/hang", timeout=0.01)

    assert call(pool, server.url).status_code == 200


def test_calls_go_through_the_proxy_that_the_environment_names(
    server: SocketServer, monkeypatch: Any
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", server.url)
    transport = SyncTransport("/things/v1", token="t", base_url="http://platform.example")

    assert transport.get("/things/1", Thing).id == "thing_1"
    transport.close()

    assert server.asked == ["http://platform.example/things/v1/things/1"]
