"""Clients that send as fast as they can hold up nobody else."""

from __future__ import annotations

import pytest
from listening import Listening

from antonnia_server.inflow import MAX_BYTES

MIB = 1024 * 1024
CLIENTS = 5
# The most that is read from a connection before the server can say that this is enough.
ONE_READ = 256 * 1024
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b'{"contact_id": "c", "contact_name": "C"}'


async def given_flood(listening: Listening, path: str) -> None:
    """Clients that send on although they were refused."""
    wires = [await listening.connect() for _ in range(CLIENTS)]
    for wire in wires:
        wire.send(listening.post(path, f"Content-Length: {40 * MIB}") + b"\r\n" + b"a" * 12 * MIB)


def read_in_all(listening: Listening) -> int:
    connections = listening.connections._open
    return sum(connection._received + connection._discarded for connection in connections)


def held(listening: Listening) -> int:
    return sum(connection.reading.is_held for connection in listening.connections._open)


@pytest.mark.parametrize("path", ["/conversations/v2/sessions", "/nowhere"])
async def test_no_more_is_read_at_once_than_lets_everyone_have_a_turn(
    listening: Listening, path: str
) -> None:
    await given_flood(listening, path)

    await listening.until(lambda: held(listening) == CLIENTS)
    honest = await listening.ask(GET)

    assert honest.status == 200
    assert read_in_all(listening) <= MAX_BYTES + CLIENTS * ONE_READ + len(GET)


async def test_those_that_were_held_up_have_their_turn(listening: Listening) -> None:
    await given_flood(listening, "/conversations/v2/sessions")
    await listening.until(lambda: held(listening) == CLIENTS)
    before = read_in_all(listening)

    # A tenth of a second later.
    listening.connections.sweep(0)
    await listening.until(lambda: held(listening) == CLIENTS)

    assert before < read_in_all(listening) <= 2 * (MAX_BYTES + CLIENTS * ONE_READ)


async def test_a_body_that_was_held_up_is_taken_in_the_end(listening: Listening) -> None:
    await given_flood(listening, "/conversations/v2/sessions")
    await listening.until(lambda: held(listening) == CLIENTS)
    wire = await listening.connect()
    wire.send(
        listening.post("/conversations/v2/sessions", f"Content-Length: {len(BODY)}") + b"\r\n"
    )
    await listening.until(lambda: held(listening) == CLIENTS + 1)

    wire.send(BODY)
    listening.connections.sweep(0)

    assert (await wire.answer()).status == 201
