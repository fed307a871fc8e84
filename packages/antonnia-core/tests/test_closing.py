"""Closing with calls under way: they end at once, with an error of ours, and nothing hangs."""

import asyncio
import gc
import threading
from typing import List

import httpx
import pytest
from scripted_network import ScriptedNetwork
from socket_server import SocketServer
from things import Thing

from antonnia.core import AntonniaError, APIConnectionError, SyncTransport, Transport

PATIENCE_SECONDS = 30


async def given_hanging_calls(transport: Transport, server: SocketServer, calls: int) -> list:
    tasks = [asyncio.ensure_future(transport.get("/things/hang", Thing)) for _ in range(calls)]
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, server.wait_until_hanging, calls)
    return tasks


async def ends_of(tasks: list) -> List[BaseException]:
    done = asyncio.gather(*tasks, return_exceptions=True)
    return await asyncio.wait_for(done, PATIENCE_SECONDS)


def assert_cut_off(ends: List[BaseException]) -> None:
    assert ends
    for error in ends:
        assert type(error) is APIConnectionError
        assert error.code == "client_closed"
        assert "was closed before the answer came" in str(error)


async def test_calls_under_way_end_when_the_client_is_closed(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url, timeout=None)
    tasks = await given_hanging_calls(transport, server, 5)

    await transport.close()

    assert_cut_off(await ends_of(tasks))
    assert len(server.asked) == 5, "a call was sent again"
    gc.collect()


async def test_calls_that_wait_for_a_connection_end_too(server: SocketServer) -> None:
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(limits=limits, timeout=None) as http:
        transport = Transport("/things/v1", token="t", base_url=server.url, http_client=http)
        hanging = await given_hanging_calls(transport, server, 1)
        waiting = [asyncio.ensure_future(transport.get("/things/1", Thing)) for _ in range(3)]
        await asyncio.sleep(0)

        await transport.close()

        assert_cut_off(await ends_of(hanging + waiting))
        assert (await http.get(f"{server.url}/still-open")).status_code == 200


async def test_calls_that_wait_for_their_next_try_end_too() -> None:
    refused = httpx.Response(503, headers={"Retry-After": "60"})
    async with httpx.AsyncClient(transport=ScriptedNetwork(refused)) as http:
        transport = Transport("/things/v1", token="t", http_client=http)
        waits = asyncio.Event()
        sleep = transport.sender.sleep

        async def announced_sleep(seconds: float) -> None:
            waits.set()
            await sleep(seconds)

        transport.sender.sleep = announced_sleep
        call = asyncio.ensure_future(transport.get("/things/1", Thing))
        await waits.wait()
        await asyncio.sleep(0)

        await transport.close()

        assert_cut_off(await ends_of([call]))


async def test_who_cancels_a_call_while_it_is_cut_off_has_cancelled_it(
    server: SocketServer,
) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url)
    [call] = await given_hanging_calls(transport, server, 1)

    closing = asyncio.ensure_future(transport.close())
    await asyncio.sleep(0)
    call.cancel()
    await closing

    [end] = await ends_of([call])
    # Before Python 3.11 nobody counts who has cancelled, and closing may come first.
    assert isinstance(end, (asyncio.CancelledError, APIConnectionError))


async def test_a_task_can_go_on_after_its_call_was_cut_off(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url)

    async def work() -> str:
        try:
            await transport.get("/things/hang", Thing)
        except AntonniaError:
            await asyncio.sleep(0)
        return "went on"

    task = asyncio.ensure_future(work())
    await asyncio.get_running_loop().run_in_executor(None, server.wait_until_hanging)
    await transport.close()

    assert await task == "went on"


async def test_who_closes_meanwhile_waits_for_the_same_end(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url, timeout=None)
    tasks = await given_hanging_calls(transport, server, 3)
    [connections] = transport.sender._loops.values()

    async def close() -> bool:
        await transport.close()
        return connections.http.is_closed

    closers = [asyncio.ensure_future(close()) for _ in range(3)]

    assert await ends_of(closers) == [True] * 3
    assert_cut_off(await ends_of(tasks))


async def test_who_gives_up_closing_does_not_end_it_for_others(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url, timeout=None)
    tasks = await given_hanging_calls(transport, server, 1)
    [connections] = transport.sender._loops.values()

    given_up, patient = [asyncio.ensure_future(transport.close()) for _ in range(2)]
    await asyncio.sleep(0)
    given_up.cancel()

    [end, closed] = await ends_of([given_up, patient])
    assert isinstance(end, asyncio.CancelledError)
    assert closed is None
    assert connections.http.is_closed
    assert_cut_off(await ends_of(tasks))


async def test_a_call_that_begins_while_others_are_cut_off_is_refused(
    server: SocketServer,
) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url, timeout=None)
    tasks = await given_hanging_calls(transport, server, 1)

    closing = asyncio.ensure_future(transport.close())
    await asyncio.sleep(0)
    with pytest.raises(AntonniaError, match="make a new one") as refused:
        await transport.get("/things/1", Thing)
    await closing

    assert refused.value.code == "client_closed"
    assert server.asked == ["/things/v1/things/hang"]
    assert_cut_off(await ends_of(tasks))


async def test_a_call_between_two_tries_is_not_told_that_nothing_was_sent() -> None:
    def fail_and_close(request: httpx.Request) -> httpx.Response:
        # As from another loop, whose cancellation has not arrived yet.
        transport.sender._is_closed = True
        return httpx.Response(503)

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail_and_close)) as http:
        transport = Transport("/things/v1", token="t", http_client=http)
        [end] = await ends_of([asyncio.ensure_future(transport.get("/things/1", Thing))])
        await transport.close()

    assert_cut_off([end])


async def test_closing_twice_is_fine_and_calls_after_it_are_refused(server: SocketServer) -> None:
    transport = Transport("/things/v1", token="t", base_url=server.url)
    await transport.get("/things/1", Thing)

    await transport.close()
    await transport.close()

    with pytest.raises(AntonniaError, match="make a new one") as refused:
        await transport.get("/things/1", Thing)
    assert refused.value.code == "client_closed"


def hang_in_threads(transport: SyncTransport, server: SocketServer, threads: int) -> list:
    ends: List[BaseException] = []

    def work() -> None:
        try:
            transport.get("/things/hang", Thing)
        except BaseException as error:
            ends.append(error)

    started = [threading.Thread(target=work) for _ in range(threads)]
    for thread in started:
        thread.start()
    server.wait_until_hanging(threads)
    return [started, ends]


def test_calls_in_other_threads_end_when_the_client_is_closed(server: SocketServer) -> None:
    transport = SyncTransport("/things/v1", token="t", base_url=server.url, timeout=None)
    threads, ends = hang_in_threads(transport, server, 5)

    transport.close()

    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(ends) == 5
    assert_cut_off(ends)
    assert len(server.asked) == 5, "a call was sent again"
    assert transport.sender._http.is_closed
    gc.collect()


def test_a_thread_that_waits_for_its_next_try_ends_too() -> None:
    refused = httpx.Response(503, headers={"Retry-After": "60"})
    network = ScriptedNetwork(refused)
    with httpx.Client(transport=network) as http:
        transport = SyncTransport("/things/v1", token="t", http_client=http)
        waits = threading.Event()
        sleep = transport.sender.sleep

        def announced_sleep(seconds: float) -> None:
            waits.set()
            sleep(seconds)

        transport.sender.sleep = announced_sleep
        ends: List[BaseException] = []

        def work() -> None:
            try:
                transport.get("/things/1", Thing)
            except BaseException as error:
                ends.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        assert waits.wait(PATIENCE_SECONDS)

        transport.close()

        thread.join(PATIENCE_SECONDS)
        assert_cut_off(ends)


def test_the_sync_twin_can_be_closed_twice_and_refuses_calls_after_it(
    server: SocketServer,
) -> None:
    transport = SyncTransport("/things/v1", token="t", base_url=server.url)
    transport.get("/things/1", Thing)

    transport.close()
    transport.close()

    with pytest.raises(AntonniaError, match="make a new one"):
        transport.get("/things/1", Thing)
