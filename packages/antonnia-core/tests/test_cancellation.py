"""A cancelled call leaves nothing behind, wherever it stood, and is not sent again."""

import asyncio
import gc
import sys
from typing import Any

import httpcore
import httpx
import pytest
from socket_server import SocketServer
from things import Thing

from antonnia.core import APITimeoutError, Transport

CONNECTIONS = 3

# Before Python 3.11 anyio cannot tell its own cancellations from others, and loses some while it
# opens a connection; httpcore before 1.0, which httpx 0.25.0 needs, loses cancelled requests.
needs_a_sound_pool = pytest.mark.skipif(
    sys.version_info < (3, 11) or httpcore.__version__.startswith("0."),
    reason="what is below the client loses connections by itself",
)


def given_transport(server: SocketServer, http: httpx.AsyncClient) -> Transport:
    return Transport("/things/v1", token="t", base_url=server.url, http_client=http)


async def cancel_after(steps: int, coroutine: Any) -> bool:
    """Let a call make so many steps, then cancel it; whether it was cancelled."""
    task = asyncio.ensure_future(coroutine)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


@needs_a_sound_pool
async def test_calls_cancelled_at_every_step_do_not_exhaust_the_pool(server: SocketServer) -> None:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    before = asyncio.all_tasks()
    cancelled = 0
    async with httpx.AsyncClient(limits=limits, timeout=10) as http:
        transport = given_transport(server, http)
        for round_ in range(40):
            many = (
                cancel_after(steps, transport.get(f"/things/{round_}-{steps}", Thing))
                for steps in range(40)
            )
            cancelled += sum(await asyncio.gather(*many))

        things = await asyncio.gather(
            *(transport.get("/things/1", Thing) for _ in range(CONNECTIONS * 3))
        )
        await transport.close()

    assert len(things) == CONNECTIONS * 3
    assert cancelled > 400, "nearly no call was cancelled"
    assert asyncio.all_tasks() == before
    asked = [path for path in server.asked if path != "/things/v1/things/1"]
    assert len(asked) == len(set(asked)), "a cancelled call was sent again"
    gc.collect()


@needs_a_sound_pool
async def test_calls_cancelled_one_by_one_leave_every_connection_usable(
    server: SocketServer,
) -> None:
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=10) as http:
        transport = given_transport(server, http)
        for round_ in range(300):
            await cancel_after(round_ % 60, transport.get("/things/1", Thing))

        assert (await transport.get("/things/1", Thing)).id == "thing_1"
        await transport.close()


@needs_a_sound_pool
async def test_a_timeout_around_a_call_leaves_nothing_behind(server: SocketServer) -> None:
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=10) as http:
        transport = given_transport(server, http)
        for _ in range(20):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(transport.get("/things/hang", Thing), 0.001)

        assert (await transport.get("/things/1", Thing)).id == "thing_1"
        await transport.close()


async def test_a_call_that_is_cancelled_in_its_wait_is_not_sent_again() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, headers={"Retry-After": "60"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        transport = Transport("/things/v1", token="t", http_client=http)
        assert await cancel_after(20, transport.get("/things/1", Thing))
        await transport.close()

    assert len(asked) == 1


async def test_a_call_has_its_own_timeout_on_a_real_connection(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url, max_retries=0)

    with pytest.raises(APITimeoutError):
        await transport.with_options(timeout=0.01).get("/things/hang", Thing)
    await transport.close()
