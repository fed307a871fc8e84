"""Bodies: how large, how slow, and what becomes of one that nobody wants."""

from __future__ import annotations

import pytest
from in_process import RecordedEvents
from listening import Listening

from antonnia_server.http_protocol import Phase
from antonnia_server.settings import Limits

MIB = 1024 * 1024
SESSIONS = "/conversations/v2/sessions"
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b'{"contact_id": "c", "contact_name": "C"}'


async def test_a_body_that_is_announced_as_too_large_is_refused_unread(
    listening: Listening,
) -> None:
    wire = await listening.connect()

    wire.send(listening.post(SESSIONS, f"Content-Length: {MIB + 1}") + b"\r\n")

    answer = await wire.answer()
    assert answer.problem == (413, "body_too_large")
    assert answer.headers["connection"] == "close"
    assert await wire.rest() == b""


async def test_a_body_in_chunks_is_cut_off_at_1_mib(listening: Listening) -> None:
    wire = await listening.connect()
    chunk = b"10000\r\n%s\r\n" % (b" " * 0x10000)

    wire.send(listening.post(SESSIONS, "Transfer-Encoding: chunked") + b"\r\n" + chunk * 20)

    answer = await wire.answer()
    assert answer.problem == (413, "body_too_large")
    assert answer.headers["connection"] == "close"
    assert await wire.rest() == b""


async def test_what_is_around_the_chunks_is_bounded_too(listening: Listening) -> None:
    wire = await listening.connect()
    extension = b"1;" + b"a" * MIB + b"\r\n \r\n"

    wire.send(listening.post(SESSIONS, "Transfer-Encoding: chunked") + b"\r\n" + extension * 10)

    assert (await wire.answer()).problem == (413, "body_too_large")


async def test_a_client_may_ask_before_it_sends(listening: Listening) -> None:
    wire = await listening.connect()

    wire.send(
        listening.post(SESSIONS, "Expect: 100-continue", f"Content-Length: {len(BODY)}") + b"\r\n"
    )
    assert await wire.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.send(BODY)

    assert (await wire.answer()).status == 201


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ((f"Content-Length: {MIB + 1}",), (413, "body_too_large")),
        (("Content-Length: 2", "If-Session-Epoch: x"), (422, "validation_error")),
    ],
)
async def test_a_client_that_asked_and_was_refused_begins_anew(
    listening: Listening, headers: tuple[str, ...], problem: tuple[int, str]
) -> None:
    wire = await listening.connect()

    wire.send(listening.post(SESSIONS, "Expect: 100-continue", *headers) + b"\r\n")

    answer = await wire.answer()
    assert answer.problem == problem
    # What it sends next could be that body or another request.
    assert answer.headers["connection"] == "close"
    wire.send(GET)
    assert await wire.rest() == b""


@pytest.mark.parametrize("expected", ["200-ok", "100-continue, 200-ok", ""])
async def test_what_the_server_does_not_do_cannot_be_expected(
    listening: Listening, events: RecordedEvents, expected: str
) -> None:
    head = listening.post(SESSIONS, f"Expect: {expected}", f"Content-Length: {len(BODY)}")
    wire = await listening.connect()

    wire.send(head + b"\r\n" + BODY)

    answer = await wire.answer()
    assert answer.problem == (417, "expectation_failed")
    assert answer.headers["connection"] == "close"
    assert await wire.rest() == b""
    assert events.all() == []


async def test_a_body_that_comes_too_slowly_is_told_so(
    listening: Listening, events: RecordedEvents
) -> None:
    wire = await listening.connect()
    wire.send(listening.post(SESSIONS, "Content-Length: 1000") + b"\r\n{")
    await listening.until(lambda: listening.phases() == [Phase.BODY])

    listening.pass_time(11)

    answer = await wire.answer()
    assert answer.problem == (408, "request_timeout")
    assert answer.headers["connection"] == "close"
    assert events.all() == []
    await listening.until(lambda: not listening.state.tasks)


async def test_a_body_earns_time_with_what_has_come(listening: Listening) -> None:
    wire = await listening.connect()
    size = 100_000
    wire.send(listening.post(SESSIONS, f"Content-Length: {size}") + b"\r\n")
    await listening.until(lambda: listening.phases() == [Phase.BODY])
    [connection] = listening.connections._open

    listening.pass_time(0)
    wire.send(b" " * 50_000)
    await listening.until(lambda: connection._received > 50_000)
    # Three seconds more, at 16 KiB for each.
    listening.pass_time(12.5)
    wire.send(b" " * 50_000)

    assert (await wire.answer()).problem == (400, "malformed_json")


async def test_a_refusal_before_the_body_leaves_the_connection_usable(
    listening: Listening,
) -> None:
    wire = await listening.connect()
    wire.send(
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n" % SESSIONS.encode()
    )
    first = await wire.answer()

    assert listening.phases() == [Phase.BODY]
    wire.send(b"{}")
    await listening.until(lambda: listening.phases() == [Phase.IDLE])
    listening.pass_time(11)
    wire.send(GET)

    assert (first.status, (await wire.answer()).status) == (401, 200)


async def test_a_body_that_nobody_wants_any_more_is_not_waited_for(listening: Listening) -> None:
    wire = await listening.connect()
    wire.send(
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n" % SESSIONS.encode()
    )
    assert (await wire.answer()).status == 401

    listening.pass_time(11)

    # No second answer: it would be taken for that of another request.
    assert await wire.rest() == b""


@pytest.mark.parametrize("limits", [Limits(max_pipelined=3)])
async def test_requests_that_wait_in_line_are_bounded(listening: Listening) -> None:
    wire = await listening.connect()

    wire.send(GET * 50)

    # One at work and three behind it.
    answers = [await wire.answer() for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 4
    assert answers[-1].headers["connection"] == "close"
    assert await wire.rest() == b""


async def test_requests_in_line_are_answered_in_their_order(listening: Listening) -> None:
    wire = await listening.connect()
    create = listening.post(SESSIONS, f"Content-Length: {len(BODY)}") + b"\r\n" + BODY

    wire.send(create + GET + create + GET)

    assert [(await wire.answer()).status for _ in range(4)] == [201, 200, 201, 200]
