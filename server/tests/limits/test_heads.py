"""The head of a request: how large it may be, and how long it may take."""

from __future__ import annotations

import json

import pytest
from given_platform import SESSIONS
from in_process import Server
from listening import Listening, a_slow_disk

from antonnia_server.http_protocol import Phase
from antonnia_server.settings import Limits

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
# As far as a socket takes without the server having read it.
ENDLESS = 4 * 1024 * 1024


async def test_a_path_of_more_than_8_kib_is_refused(listening: Listening) -> None:
    answer = await listening.ask(
        b"GET /livez?%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"a" * 8192)
    )

    assert answer.problem == (414, "target_too_long")
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.body)["detail"] == ("The path and query may have 8,192 bytes at most.")


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        (
            b"X: " + b"a" * 32_768 + b"\r\n",
            "The request line and the headers may have 32,768 bytes at most.",
        ),
        (b"X: a\r\n" * 100, "A request may have 100 headers at most."),
    ],
)
async def test_headers_beyond_the_limits_are_refused(
    listening: Listening, headers: bytes, detail: str
) -> None:
    answer = await listening.ask(GET + headers + b"\r\n")

    assert answer.problem == (431, "headers_too_large")
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.body)["detail"] == detail


async def test_headers_within_the_limits_are_taken(listening: Listening) -> None:
    headers = b"X: " + b"a" * 32_000 + b"\r\n" + b"Y: a\r\n" * 90

    answer = await listening.ask(GET + headers + b"\r\n")

    assert answer.status == 200


@pytest.mark.parametrize(
    ("beginning", "problem"),
    [
        (b"GET /", (414, "target_too_long")),
        (GET + b"X: ", (431, "headers_too_large")),
        (GET + b"X", (431, "headers_too_large")),
    ],
)
async def test_a_head_without_an_end_is_refused_before_it_is_read(
    listening: Listening, beginning: bytes, problem: tuple[int, str]
) -> None:
    wire = await listening.connect()

    wire.send(beginning + b"a" * ENDLESS)

    assert (await wire.answer()).problem == problem
    assert await wire.rest() == b""


async def test_a_large_head_behind_another_request_is_measured_alone(
    listening: Listening,
) -> None:
    wire = await listening.connect()
    large = GET + b"X: " + b"a" * 30_000 + b"\r\n\r\n"

    wire.send(large * 6)

    assert [(await wire.answer()).status for _ in range(6)] == [200] * 6


async def test_a_head_that_comes_too_slowly_is_told_so(listening: Listening) -> None:
    wire = await listening.connect()
    wire.send(GET + b"X: ")
    await listening.until(lambda: Phase.HEAD in listening.phases())

    listening.pass_time(9)
    wire.send(b"a")
    listening.pass_time(2)

    answer = await wire.answer()
    assert answer.problem == (408, "request_timeout")
    assert answer.headers["connection"] == "close"


async def test_a_head_has_its_time(listening: Listening) -> None:
    wire = await listening.connect()
    wire.send(GET)
    await listening.until(lambda: Phase.HEAD in listening.phases())

    listening.pass_time(9)
    wire.send(b"\r\n")

    assert (await wire.answer()).status == 200


async def test_a_head_that_is_not_read_while_others_are_at_work_is_not_late(
    listening: Listening, server: Server
) -> None:
    wire = await listening.connect()
    body = b'{"contact_id": "c", "contact_name": "C"}'
    create = listening.post(SESSIONS, f"Content-Length: {len(body)}") + b"\r\n" + body

    async with a_slow_disk(server):
        wire.send(create + GET + b"\r\n" + GET)
        await listening.until(lambda: listening.received() > 0)
        wire.send(b"\r\n")
        listening.pass_time(11)

    assert [(await wire.answer()).status for _ in range(3)] == [201, 200, 200]


async def test_empty_lines_are_no_request_and_keep_no_connection(listening: Listening) -> None:
    wire = await listening.connect()

    listening.pass_time(70)
    wire.send(b"\r\n\r\n")
    listening.pass_time(10)

    assert await wire.rest() == b""


@pytest.mark.parametrize("limits", [Limits(max_target_bytes=10, max_head_bytes=60, max_headers=2)])
async def test_the_limits_are_settings(listening: Listening) -> None:
    long_target = await listening.ask(b"GET /0123456789 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    long_head = await listening.ask(GET + b"X: 0123456789012345678901234567890123456789\r\n\r\n")
    many = await listening.ask(GET + b"X: a\r\nY: a\r\n\r\n")

    assert [each.status for each in (long_target, long_head, many)] == [414, 431, 431]
