"""Where one request ends and the next begins is never in doubt."""

from __future__ import annotations

import json

import pytest
from listening import Listening

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /conversations/v2/sessions HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
BODY = b'{"contact_id": "c", "contact_name": "C"}'


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"Content-Length: 2\r\n\r\n0\r\n\r\n",
        CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: 2, 2\r\n\r\n{}",
        POST + b"Content-Length: +2\r\n\r\n{}",
        POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
        b"GET /livez HTTP/1.1\nHost: localhost\n\n",
        b"GET /livez HTTP/1.1\r\nHost: localhost\nX: a\r\n\r\n",
        GET + b"X: a\r\n b\r\n\r\n",
        GET + b"X: a\rb\r\n\r\n",
        GET + b"X : a\r\n\r\n",
        GET + b"X: a\0b\r\n\r\n",
        GET + b"Host: elsewhere\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET ftp://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /liv\xffez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
async def test_a_request_that_can_be_read_in_two_ways_is_refused(
    listening: Listening, request_: bytes
) -> None:
    wire = await listening.connect()

    wire.send(request_ + GET + b"\r\n")

    answer = await wire.answer()
    assert answer.problem == (400, "bad_request")
    assert answer.headers["connection"] == "close"
    # What was behind it is not a request.
    assert await wire.rest() == b""


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"2\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n"]
)
async def test_chunks_that_are_none_are_refused(listening: Listening, chunks: bytes) -> None:
    head = listening.post("/conversations/v2/sessions", "Transfer-Encoding: chunked")

    answer = await listening.ask(head + b"\r\n" + chunks)

    assert answer.problem == (400, "bad_request")


async def test_what_follows_the_chunks_is_no_header(listening: Listening) -> None:
    chunk = b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY)

    answer = await listening.ask(
        CHUNKED
        + b"\r\n"
        + chunk
        + f"Authorization: Bearer {listening.server.ours.token}".encode()
        + b"\r\n\r\n"
    )

    assert answer.problem == (401, "invalid_token")


async def test_chunks_make_a_body(listening: Listening) -> None:
    head = listening.post("/conversations/v2/sessions", "Transfer-Encoding: chunked")
    chunks = b"".join(b"1;name=value\r\n%c\r\n" % byte for byte in BODY)

    answer = await listening.ask(head + b"\r\n" + chunks + b"0\r\nX: a\r\n\r\n")

    assert answer.status == 201


@pytest.mark.parametrize(
    "target", [b"http://elsewhere/livez", b"HTTP://elsewhere:80/livez?a=b", b"/livez?http://x"]
)
async def test_a_target_may_name_its_host(listening: Listening, target: bytes) -> None:
    answer = await listening.ask(b"GET %s HTTP/1.1\r\nHost: elsewhere\r\n\r\n" % target)

    assert answer.status == 200


@pytest.mark.parametrize("target", [b"http://elsewhere", b"http://elsewhere?a=b"])
async def test_a_target_that_is_only_a_host_is_the_root(
    listening: Listening, target: bytes
) -> None:
    answer = await listening.ask(b"GET %s HTTP/1.1\r\nHost: elsewhere\r\n\r\n" % target)

    assert answer.problem == (404, "not_found")
    assert json.loads(answer.body)["detail"] == "There is nothing at /."


async def test_an_older_http_is_answered_and_closed(listening: Listening) -> None:
    wire = await listening.connect()

    wire.send(b"GET /livez HTTP/1.0\r\n\r\n")

    answer = await wire.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert await wire.rest() == b""


async def test_trace_repeats_nothing(listening: Listening) -> None:
    answer = await listening.ask(b"TRACE /livez HTTP/1.1\r\nHost: localhost\r\nX: secret\r\n\r\n")

    assert answer.problem == (405, "method_not_allowed")
    assert b"secret" not in answer.body


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "nonsense"])
async def test_an_upgrade_is_not_taken_and_hides_nothing(
    listening: Listening, protocol: str
) -> None:
    wire = await listening.connect()

    wire.send((GET + f"Connection: Upgrade\r\nUpgrade: {protocol}\r\n\r\n".encode()) * 2)

    assert [(await wire.answer()).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "framing", ["Content-Length: 42", "Transfer-Encoding: chunked", "Content-Length: 0"]
)
async def test_an_upgrade_with_a_body_is_refused(listening: Listening, framing: str) -> None:
    wire = await listening.connect()
    upgrade = ("Connection: Upgrade", "Upgrade: h2c", framing)

    wire.send(listening.post("/conversations/v2/sessions", *upgrade) + b"\r\n" + GET + b"\r\n")

    answer = await wire.answer()
    assert answer.problem == (400, "bad_request")
    # The body is not taken for another request.
    assert await wire.rest() == b""


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        (b"GARBAGE\r\n\r\n", (400, "bad_request")),
        (b"GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n", (400, "bad_request")),
        (GET + b"X: %s\r\n\r\n" % (b"a" * 40_000), (431, "headers_too_large")),
        (CHUNKED + b"\r\n2\r\n{}\r\nzz\r\n", (400, "bad_request")),
    ],
    ids=["garbage", "another version", "large head", "broken body"],
)
async def test_requests_before_one_that_is_none_are_answered_first(
    listening: Listening, last: bytes, problem: tuple[int, str]
) -> None:
    wire = await listening.connect()
    create = listening.post("/conversations/v2/sessions", f"Content-Length: {len(BODY)}")

    wire.send(GET + b"\r\n" + create + b"\r\n" + BODY + GET + b"\r\n" + last + GET + b"\r\n")

    assert [(await wire.answer()).status for _ in range(3)] == [200, 201, 200]
    refusal = await wire.answer()
    assert refusal.problem == problem
    assert refusal.headers["connection"] == "close"
    assert await wire.rest() == b""
    await listening.until(lambda: not listening.state.tasks)
