"""Answers that their clients do not take."""

from __future__ import annotations

import json

import pytest
from given_platform import given_message, given_session
from listening import Listening, Wire

from antonnia.conversations import Conversations
from antonnia_server.http_protocol import Phase
from antonnia_server.settings import Limits

MESSAGES = 100
TEXT = "a" * 60_000


async def given_pages(client: Conversations) -> str:
    """A session whose messages are 6 MB: more than a system keeps for a connection."""
    session = await given_session(client)
    for _ in range(MESSAGES):
        await given_message(client, session, TEXT)
    return session.id


def search(listening: Listening, session_id: str) -> bytes:
    path = f"/conversations/v2/sessions/{session_id}/messages/search"
    return listening.post(path, "Content-Length: 0") + b"\r\n"


async def slow_reader(listening: Listening) -> Wire:
    """A client whose system takes little, and which reads nothing by itself."""
    wire = await listening.connect(receive_buffer=4096)
    wire.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's can
    return wire


async def test_an_answer_that_is_not_taken_is_cut_off(
    client: Conversations, listening: Listening
) -> None:
    session_id = await given_pages(client)
    wire = await slow_reader(listening)
    wire.send(search(listening, session_id))
    await listening.until(lambda: listening.phases() == [Phase.ANSWER])
    assert listening.connections._unsent_bytes > 100_000

    listening.pass_time(19)
    still = listening.phases()
    listening.pass_time(2)

    await listening.until(lambda: len(listening.connections) == 0)
    assert still == [Phase.ANSWER]
    assert listening.connections._unsent_bytes == 0


async def test_an_answer_that_is_taken_slowly_arrives_whole(
    client: Conversations, listening: Listening
) -> None:
    session_id = await given_pages(client)
    wire = await slow_reader(listening)
    wire.send(search(listening, session_id))
    await listening.until(lambda: listening.phases() == [Phase.ANSWER])

    listening.pass_time(19)
    wire.writer.transport.resume_reading()  # type: ignore[attr-defined]  # a stream's can

    answer = await wire.answer()
    assert len(json.loads(answer.body)) == MESSAGES
    await listening.until(lambda: listening.phases() == [Phase.IDLE])
    assert listening.connections._unsent_bytes == 0


@pytest.mark.parametrize("limits", [Limits(max_unsent_bytes=9_000_000)])
async def test_answers_that_are_not_taken_are_bounded_in_all(
    client: Conversations, listening: Listening
) -> None:
    session_id = await given_pages(client)
    readers = [await slow_reader(listening) for _ in range(6)]

    for wire in readers:
        wire.send(search(listening, session_id))
    await listening.until(lambda: listening.state.total_requests == len(readers))

    # The oldest made room for the others.
    assert 0 < listening.connections._unsent_bytes <= 9_000_000
    await listening.until(lambda: len(listening.connections) < len(readers))
    honest = await listening.ask(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert honest.status == 200
