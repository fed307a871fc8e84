"""Connections: how many, which of them make room, and how long one may wait."""

from __future__ import annotations

import asyncio
import logging

import pytest
from in_process import Server
from listening import Listening

from antonnia.conversations import Conversations
from antonnia_server.connections import SUMMARY_SECONDS, Connections
from antonnia_server.http_protocol import Phase
from antonnia_server.settings import Limits

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("limits", [Limits(max_connections=3)])
async def test_the_connection_that_has_waited_longest_makes_room(listening: Listening) -> None:
    first, second, third = [await listening.connect() for _ in range(3)]
    first.send(GET)
    await first.answer()

    # The second has said nothing, and now waits longest.
    fourth = await listening.connect()
    fourth.send(GET)

    assert (await fourth.answer()).status == 200
    assert await second.rest() == b""
    for each in (first, third):
        each.send(GET)
        assert (await each.answer()).status == 200


@pytest.mark.parametrize("limits", [Limits(max_connections=20)])
async def test_half_a_head_holds_no_place(listening: Listening, server: Server) -> None:
    for _ in range(60):
        wire = await listening.connect()
        wire.send(b"GET /livez HTT")

    async with Conversations(server.ours.token, listening.url, max_retries=0) as client:
        session = await client.sessions.create("contact_1", "Jane")

    assert session.status == "open"
    await listening.until(lambda: len(listening.connections) <= 20)


@pytest.mark.parametrize("limits", [Limits(max_connections=2)])
async def test_when_all_are_at_work_a_new_one_is_told_to_come_again(listening: Listening) -> None:
    busy = [await listening.connect() for _ in range(2)]
    for wire in busy:
        wire.send(listening.post("/conversations/v2/sessions", "Content-Length: 2") + b"\r\n")
    await listening.until(lambda: listening.phases() == [Phase.BODY] * 2)

    refused = await listening.connect()
    refused.send(GET)

    answer = await refused.answer()
    assert answer.problem == (503, "overloaded")
    assert (answer.headers["retry-after"], answer.headers["connection"]) == ("1", "close")
    assert await refused.rest() == b""
    for wire in busy:
        wire.send(b"{}")
        assert (await wire.answer()).status == 422


async def test_a_connection_that_waits_is_closed_in_the_end(listening: Listening) -> None:
    wire = await listening.connect()
    wire.send(GET)
    await wire.answer()
    silent = await listening.connect()

    listening.pass_time(74)
    still_open = listening.phases()
    listening.pass_time(2)

    assert still_open == [Phase.IDLE, Phase.IDLE]
    assert await wire.rest() == b""
    assert await silent.rest() == b""


async def test_each_request_begins_the_wait_anew(listening: Listening) -> None:
    wire = await listening.connect()

    for _ in range(3):
        listening.pass_time(70)
        wire.send(GET)
        assert (await wire.answer()).status == 200


async def test_junk_is_logged_once_a_minute(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(30):
        assert (await listening.ask(b"junk\r\n\r\n")).status == 400
    listening.pass_time(0)
    for _ in range(20):
        assert (await listening.ask(b"junk\r\n\r\n")).status == 400
    listening.pass_time(SUMMARY_SECONDS - 1)
    within_a_minute = warnings(caplog)
    listening.pass_time(2)

    assert len(within_a_minute) == 1
    assert warnings(caplog) == [
        "connections since the last such line: 30 refused as bad_request",
        "connections since the last such line: 20 refused as bad_request",
    ]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_connection_that_is_lost_is_forgotten(listening: Listening) -> None:
    wires = [await listening.connect() for _ in range(3)]
    wires[0].send(GET)
    await wires[0].answer()
    wires[1].send(listening.post("/conversations/v2/sessions", "Content-Length: 2") + b"\r\n")

    await asyncio.gather(*(wire.close() for wire in wires))

    await listening.until(lambda: len(listening.connections) == 0)
    assert is_empty(listening.connections)


def is_empty(connections: Connections) -> bool:
    kept = (connections._waiting, connections._unsent, connections._refused)
    return not any(kept) and connections._unsent_bytes == 0
