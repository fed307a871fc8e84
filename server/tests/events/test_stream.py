"""The log as a stream: no gap, no repeat, in order, whoever is cut off."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from in_process import START, Clock, Place, Server, Template, serving
from listening import Listening
from listening import listening as listening_on

from antonnia.events import Events
from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.db import Transaction
from antonnia_server.events import service, streaming
from antonnia_server.events.service.log import MAX_FOLLOWED
from antonnia_server.events.streaming import Streams
from antonnia_server.http.caller import Caller
from antonnia_server.http.refusal import TokenRevoked
from antonnia_server.settings import Limits, LogLimits

CLIENTS = int(os.environ.get("ANTONNIA_STREAM_CLIENTS", "20"))
EVENTS = int(os.environ.get("ANTONNIA_STREAM_EVENTS", "1000"))
STREAM = "/events/v1/stream"
PATIENCE_SECONDS = 60 + CLIENTS * EVENTS // 1000
KEPT_DAYS = 7


@dataclass
class Thing:
    """What an event of these tests is about."""

    id: str
    text: str = ""

    def model_dump_json(self) -> str:
        return f'{{"id":"{self.id}","text":"{self.text}"}}'


def publish(tx: Transaction, caller: Caller, number: int, *, text: str = "") -> None:
    for _ in range(number):
        service.publish(tx, caller, "thing.happened", Thing("thing_1", text))


@pytest.fixture
async def server(template: Template, database: Place) -> AsyncIterator[Server]:
    hand = HandClock(from_datetime(START))
    log = LogLimits(kept_days=KEPT_DAYS, streams_per_token=200)
    async with serving(database, template, hand, log=log) as server:
        yield server


@pytest.fixture
async def listening(server: Server) -> AsyncIterator[Listening]:
    async with listening_on(server, Limits()) as listening:
        yield listening


@pytest.fixture
async def follower(listening: Listening, server: Server) -> AsyncIterator[Events]:
    async with Events(server.ours.token, listening.url, max_retries=8) as follower:
        yield follower


async def test_what_happens_is_streamed_as_it_happens(follower: Events, server: Server) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), follower.stream(after=0) as stream:
        for number in range(1, 4):
            await server.db.write(publish, server.caller, 1)
            event = await anext(stream)
            assert event.position == number
            assert event == await follower.events.get(event.id)


async def test_a_stream_has_only_the_types_that_are_asked_for(
    follower: Events, server: Server
) -> None:
    def mixed(tx: Transaction) -> None:
        for type in ("a.one", "b.one", "a.two"):
            service.publish(tx, server.caller, type, Thing("thing_1"))

    await server.db.write(mixed)

    async with asyncio.timeout(PATIENCE_SECONDS), follower.stream(["a.*"], after=0) as stream:
        assert [(await anext(stream)).type for _ in range(2)] == ["a.one", "a.two"]


async def test_who_is_cut_off_before_the_first_event_misses_none(
    listening: Listening, server: Server
) -> None:
    """The first thing that a stream says is where it begins."""
    wire = await listening.connect()
    wire.send(head(server, STREAM))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert b"text/event-stream" in await wire.reader.readuntil(b"\r\n\r\n")
        assert b"id: 0\n\n" in await wire.reader.readuntil(b"\n\n")


async def test_clients_that_are_cut_off_see_each_event_once_and_in_order(
    listening: Listening, server: Server
) -> None:
    dice = random.Random(7)

    async def follow(number: int) -> list[int]:
        seen: list[int] = []
        async with Events(server.ours.token, listening.url, max_retries=8) as events:
            while len(seen) < EVENTS:
                patience = dice.randint(1, EVENTS // 3)
                async with events.stream(after=seen[-1] if seen else 0) as stream:
                    async for event in stream:
                        seen.append(event.position)
                        patience -= 1
                        if not patience or len(seen) == EVENTS:
                            break
        return seen

    async def write() -> None:
        for _ in range(EVENTS // 10):
            await server.db.write(publish, server.caller, 10)
            # Some lose their connection, and say themselves where they stood.
            for connection in list(listening.connections._open):
                if dice.random() < 10 / EVENTS:
                    connection.transport.abort()

    async with asyncio.timeout(PATIENCE_SECONDS):
        *seen, _ = await asyncio.gather(*(follow(number) for number in range(CLIENTS)), write())

    assert seen == [list(range(1, EVENTS + 1))] * CLIENTS


async def test_a_slow_reader_holds_no_more_than_a_page(
    listening: Listening, server: Server
) -> None:
    wire = await listening.connect(receive_buffer=4096)
    wire.send(head(server, f"{STREAM}?after=0"))
    await wire.reader.readuntil(b"\r\n\r\n")
    # It reads nothing any more.
    wire.writer.transport.pause_reading()
    [connection] = listening.connections._open
    most = 0
    for _ in range(30):
        await server.db.write(publish, server.caller, 100, text="x" * 1000)
        most = max(most, connection.transport.get_write_buffer_size())
    await listening.until(lambda: connection.flow.write_paused)
    most = max(most, connection.transport.get_write_buffer_size())

    # Of three megabytes.
    assert 0 < most < 400_000


async def test_a_stream_ends_well_when_the_server_stops(
    listening: Listening, server: Server
) -> None:
    wire = await listening.connect()
    wire.send(head(server, STREAM))
    await wire.reader.readuntil(b"id: 0\n\n")

    server.state.streams.stop()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await wire.reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
    assert (await listening.ask(head(server, STREAM))).problem == (503, "overloaded")


async def test_who_leaves_gives_the_place_back(listening: Listening, server: Server) -> None:
    wire = await listening.connect()
    wire.send(head(server, STREAM))
    await wire.reader.readuntil(b"id: 0\n\n")
    assert server.state.streams._count == 1

    await wire.close()
    await listening.until(lambda: server.state.streams._count == 0)


async def test_a_token_has_so_many_streams_and_no_more(
    listening: Listening, server: Server
) -> None:
    for _ in range(200):
        wire = await listening.connect()
        wire.send(head(server, STREAM))
        await wire.reader.readuntil(b"id: 0\n\n")

    refused = await listening.ask(head(server, STREAM))

    assert refused.problem == (429, "rate_limited")
    assert refused.headers["retry-after"] == "5"


async def test_a_stream_that_resumes_before_what_is_kept_is_refused_aloud(
    listening: Listening, server: Server, clock: Clock
) -> None:
    await server.db.write(publish, server.caller, 5)
    await clock.advance((KEPT_DAYS + 1) * 24 * 60 * 60)
    await server.db.write(publish, server.caller, 1)
    await clock.settle()

    assert server.rows("events", organization_id=server.ours.id)[0]["position"] == 6
    expired = await listening.ask(head(server, STREAM, "Last-Event-ID: 4"))
    assert expired.problem == (410, "events_expired")
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        Events(server.ours.token, listening.url) as events,
        events.stream(after=5) as stream,
    ):
        assert (await anext(stream)).position == 6


async def test_a_stream_ends_with_its_token_however_much_there_is_to_read(
    server: Server, clock: Clock
) -> None:
    await server.db.write(publish, server.caller, 3 * MAX_FOLLOWED)
    await clock.settle()
    rounds = iter([True, False])

    async def who_asks() -> Caller:
        if not next(rounds):
            raise TokenRevoked("The token was revoked.")
        return server.caller

    streams: Streams = server.state.streams
    parts = streams.follow(server.caller, 0, ["*"], who_asks=who_asks)
    async with asyncio.timeout(PATIENCE_SECONDS):
        sent = b"".join([part async for part in parts])

    assert sent.count(b"data: ") == MAX_FOLLOWED


async def test_a_stream_says_that_it_lives_among_events_that_it_does_not_want(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "COMMENT_SECONDS", 0.0)
    await server.db.write(publish, server.caller, 3 * MAX_FOLLOWED)
    await clock.settle()

    async def who_asks() -> Caller:
        return server.caller

    streams: Streams = server.state.streams
    parts = streams.follow(server.caller, 0, ["a.*"], who_asks=who_asks)
    async with asyncio.timeout(PATIENCE_SECONDS):
        sent = [await anext(parts) for _ in range(3)]
        await parts.aclose()

    assert sent[1:] == [b": still here\n\nid: %d\n\n" % number for number in (200, 400)]


@pytest.mark.parametrize("given", ["?after=-1", "?after=7", "?types=A", "?types=,"])
async def test_a_stream_of_what_cannot_be_is_refused(
    listening: Listening, server: Server, given: str
) -> None:
    refused = await listening.ask(head(server, STREAM + given))

    assert refused.problem == (422, "validation_error")


def head(server: Server, path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers]
    lines.append(f"Authorization: Bearer {server.ours.token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
