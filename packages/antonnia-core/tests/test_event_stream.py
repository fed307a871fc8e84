"""A stream goes on where it was cut off: none is missed and none comes twice."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from typing import Any, Iterable, List, Optional

import httpx
import pytest
from streaming_server import CUT, HANG, Script, Step, StreamingServer, event, script
from things import Thing

from antonnia.core import (
    AntonniaError,
    APIConnectionError,
    AuthenticationError,
    EventStream,
    ServerError,
    SyncTransport,
    Transport,
)

ALL = 200


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("antonnia.core.retries.random.uniform", lambda least, most: 0.0)


def given_transport(server: StreamingServer, **settings: Any) -> Transport:
    return Transport("/things/v1", token="tok_secret", base_url=server.url, **settings)


async def ids_of(stream: EventStream[Thing], count: int) -> List[str]:
    return [(await stream.__anext__()).id for _ in range(count)]


def things(first: int, last: int) -> List[str]:
    return [f"thing_{number}" for number in range(first, last + 1)]


async def test_events_come_in_order_and_nothing_is_asked_before_the_first() -> None:
    with StreamingServer(script(event(1), event(2) + event(3), HANG)) as server:
        transport = given_transport(server)
        stream = transport.stream("/stream?types=thing.*", Thing, last_id=None)
        asked_before = list(server.paths)

        assert await ids_of(stream, 3) == things(1, 3)

        await transport.close()

    assert asked_before == []
    assert server.paths == ["/things/v1/stream?types=thing.*"]
    assert server.resumed_after == [None]


async def test_a_lost_connection_is_resumed_after_the_last_whole_event() -> None:
    with StreamingServer(
        script(event(1), event(2)[:20], CUT),
        script(event(2)),
        script(event(3), HANG),
    ) as server:
        async with given_transport(server).stream("/stream", Thing, last_id="0") as stream:
            assert await ids_of(stream, 3) == things(1, 3)

    assert server.resumed_after == ["0", "1", "2"]


async def test_where_the_server_says_only_an_id_it_is_resumed_there() -> None:
    with StreamingServer(script(b"id: 41\n\n", b":\n\n", CUT), script(event(42), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            assert await ids_of(stream, 1) == things(42, 42)

    assert server.resumed_after == [None, "41"]


async def test_a_server_that_is_away_is_waited_for_once_it_was_there() -> None:
    with StreamingServer(script(event(1)), *[503] * 8, script(event(2), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            assert await ids_of(stream, 2) == things(1, 2)

    assert server.resumed_after == [None, *["1"] * 9]


async def test_a_server_that_never_was_there_is_an_error_and_can_be_asked_again() -> None:
    with StreamingServer(503, 503, 503, 503, script(event(1), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id="0") as stream:
            with pytest.raises(ServerError):
                await stream.__anext__()
            asked = len(server.paths)

            assert await ids_of(stream, 1) == things(1, 1)

    assert asked == 3


async def test_without_retries_a_lost_connection_is_an_error() -> None:
    with StreamingServer(script(event(1), CUT), script(event(2), HANG)) as server:
        transport = given_transport(server, max_retries=0)
        async with transport.stream("/stream", Thing, last_id=None) as stream:
            assert await ids_of(stream, 1) == things(1, 1)
            with pytest.raises(APIConnectionError):
                await stream.__anext__()

            assert await ids_of(stream, 1) == things(2, 2)


async def test_a_refusal_is_an_error_at_once() -> None:
    with StreamingServer(401) as server:
        stream = given_transport(server).stream("/stream", Thing, last_id=None)
        with pytest.raises(AuthenticationError):
            await stream.__anext__()
        with pytest.raises(AuthenticationError):
            await stream.__aenter__()

    assert len(server.paths) == 2


async def test_a_stream_that_is_entered_knows_where_it_begins() -> None:
    with StreamingServer(script(b"id: 41\n\n", CUT), script(event(42), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            asked = list(server.resumed_after)
            assert await ids_of(stream, 1) == things(42, 42)

    assert asked == [None]
    assert server.resumed_after == [None, "41"]


async def test_an_event_that_cannot_be_read_is_an_error_and_the_next_one_comes() -> None:
    with StreamingServer(script(b"id: 1\ndata: {]\n\n" + event(2), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            with pytest.raises(APIConnectionError, match="unreadable"):
                await stream.__anext__()

            assert await ids_of(stream, 1) == things(2, 2)

    assert len(server.paths) == 1


@pytest.mark.parametrize("who", ["stream", "transport"])
async def test_who_waits_for_an_event_is_told_when_it_is_closed(who: str) -> None:
    with StreamingServer(script(event(1), HANG)) as server:
        transport = given_transport(server)
        stream = transport.stream("/stream", Thing, last_id=None)
        await ids_of(stream, 1)
        waiting = asyncio.ensure_future(collect(stream))
        await asyncio.get_running_loop().run_in_executor(None, server.wait_until_hanging)

        await (stream if who == "stream" else transport).close()

        assert await waiting == []
        server.wait_until_left()
        assert await collect(stream) == []
        await transport.close()


async def collect(stream: EventStream[Thing]) -> List[str]:
    return [thing.id async for thing in stream]


@pytest.mark.parametrize("who", ["stream", "transport"])
async def test_what_is_closed_between_two_events_ends(who: str) -> None:
    with StreamingServer(script(event(1), event(2), HANG)) as server:
        transport = given_transport(server)
        stream = transport.stream("/stream", Thing, last_id=None)
        await ids_of(stream, 2)

        await (stream if who == "stream" else transport).close()

        server.wait_until_left()
        assert await collect(stream) == []
        await transport.close()


async def test_a_cancelled_wait_is_cancelled_and_the_stream_goes_on_afterwards() -> None:
    with StreamingServer(script(event(1), HANG), script(event(2), HANG)) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            await ids_of(stream, 1)
            waiting = asyncio.ensure_future(stream.__anext__())
            await asyncio.get_running_loop().run_in_executor(None, server.wait_until_hanging)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

            assert await ids_of(stream, 1) == things(2, 2)

    assert server.resumed_after == [None, "1"]


async def test_a_stream_that_is_left_and_forgotten_holds_no_connection() -> None:
    with StreamingServer(script(event(1), HANG)) as server:
        transport = given_transport(server)
        async for _ in transport.stream("/stream", Thing, last_id=None):
            break
        gc.collect()

        await asyncio.get_running_loop().run_in_executor(None, server.wait_until_left)
        await transport.close()


async def test_a_stream_of_a_closed_client_does_not_begin() -> None:
    with StreamingServer(script(event(1), HANG)) as server:
        transport = given_transport(server)
        await transport.close()

        with pytest.raises(AntonniaError, match="closed"):
            await transport.stream("/stream", Thing, last_id=None).__anext__()


def log_that_drops(dice: random.Random) -> Script:
    """A log of `ALL` events; its connections are cut at any byte."""

    def steps(last_id: Optional[str]) -> Iterable[Step]:
        left = b"".join(event(number) for number in range(int(last_id or 0) + 1, ALL + 1))
        until = dice.randrange(len(left) + 300)
        at = 0
        while at < min(until, len(left)):
            size = dice.randrange(1, 200)
            yield left[at : min(at + size, until)]
            at += size
        yield CUT if until < len(left) else HANG

    return steps


@pytest.mark.parametrize("seed", range(5))
async def test_cut_at_any_byte_none_is_missed_and_none_comes_twice(seed: int) -> None:
    with StreamingServer(log_that_drops(random.Random(seed))) as server:
        async with given_transport(server).stream("/stream", Thing, last_id=None) as stream:
            assert await ids_of(stream, ALL) == things(1, ALL)


class TestTheTwin:
    """The same, in threads."""

    @pytest.mark.parametrize("seed", range(5))
    def test_cut_at_any_byte_none_is_missed_and_none_comes_twice(self, seed: int) -> None:
        with StreamingServer(log_that_drops(random.Random(seed))) as server:
            transport = SyncTransport("/things/v1", token="t", base_url=server.url)
            with transport.stream("/stream", Thing, last_id=None) as stream:
                assert [next(stream).id for _ in range(ALL)] == things(1, ALL)
            transport.close()

    @pytest.mark.parametrize("who", ["stream", "transport"])
    def test_who_waits_for_an_event_is_told_when_it_is_closed(self, who: str) -> None:
        with StreamingServer(script(event(1), HANG)) as server:
            transport = SyncTransport("/things/v1", token="t", base_url=server.url)
            stream = transport.stream("/stream", Thing, last_id=None)
            next(stream)
            thread = threading.Thread(target=lambda: list(stream))
            thread.start()
            server.wait_until_hanging()

            (stream if who == "stream" else transport).close()
            thread.join(30)

            assert not thread.is_alive()
            server.wait_until_left()
            assert list(stream) == []
            transport.close()

    @pytest.mark.parametrize("who", ["stream", "transport"])
    def test_what_is_closed_between_two_events_ends(self, who: str) -> None:
        with StreamingServer(script(event(1), HANG)) as server:
            transport = SyncTransport("/things/v1", token="t", base_url=server.url)
            stream = transport.stream("/stream", Thing, last_id=None)
            next(stream)

            (stream if who == "stream" else transport).close()

            server.wait_until_left()
            assert list(stream) == []
            transport.close()

    def test_a_refusal_is_an_error_at_once(self) -> None:
        with StreamingServer(401) as server:
            transport = SyncTransport("/things/v1", token="t", base_url=server.url)
            with pytest.raises(AuthenticationError):
                next(transport.stream("/stream", Thing, last_id=None))
            transport.close()

    def test_a_stream_that_is_left_and_forgotten_holds_no_connection(self) -> None:
        with StreamingServer(script(event(1), HANG)) as server:
            transport = SyncTransport("/things/v1", token="t", base_url=server.url)
            for _ in transport.stream("/stream", Thing, last_id=None):
                break
            gc.collect()

            server.wait_until_left()
            transport.close()

    @pytest.mark.parametrize("who", ["stream", "transport"])
    def test_a_given_client_streams_too_and_stays_open(self, who: str) -> None:
        scripts = script(event(1), CUT), script(event(2), HANG)
        with StreamingServer(*scripts) as server, httpx.Client() as http:
            transport = SyncTransport(
                "/things/v1", token="t", base_url=server.url, http_client=http
            )
            stream = transport.stream("/stream", Thing, last_id=None)
            assert [next(stream).id for _ in range(2)] == things(1, 2)
            thread = threading.Thread(target=lambda: list(stream))
            thread.start()
            server.wait_until_hanging()

            (stream if who == "stream" else transport).close()
            thread.join(30)

            assert not thread.is_alive()
            server.wait_until_left()
            assert not http.is_closed


@pytest.mark.parametrize("who", ["stream", "transport"])
async def test_a_given_client_streams_too_and_stays_open(who: str) -> None:
    with StreamingServer(script(event(1), CUT), script(event(2), HANG)) as server:
        async with httpx.AsyncClient() as http:
            transport = given_transport(server, http_client=http)
            stream = transport.stream("/stream", Thing, last_id=None)
            assert await ids_of(stream, 2) == things(1, 2)
            waiting = asyncio.ensure_future(collect(stream))
            await asyncio.get_running_loop().run_in_executor(None, server.wait_until_hanging)

            await (stream if who == "stream" else transport).close()

            assert await waiting == []
            server.wait_until_left()
            assert not http.is_closed
