"""What is not HTTP, over a real socket."""

from __future__ import annotations

import http.client
import json
import re
import socket

import pytest
from given_server import SECONDS, Server

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /conversations/v2/sessions HTTP/1.1\r\nHost: localhost\r\n"


def ask(server: Server, request: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    """The first answer, and all the bytes of it."""
    with socket.create_connection(server.address, timeout=SECONDS) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response, response.read()


@pytest.mark.parametrize(
    "request_",
    [
        b"BREW /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /livez HTTP/9.9\r\n\r\n",
        GET + b"X-Name: a\0b\r\n\r\n",
        GET + b"X Name: a\r\n\r\n",
        POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        POST + b"Content-Length: -2\r\n\r\n{}",
    ],
)
def test_what_the_parser_refuses_is_a_problem(running: Server, request_: bytes) -> None:
    response, body = ask(running, request_)

    problem = json.loads(body)
    assert (response.status, problem["status"], problem["code"]) == (400, 400, "bad_request")
    assert response.getheader("content-type") == "application/problem+json"
    assert response.getheader("connection") == "close"
    assert response.getheader("x-request-id") == problem["request_id"]
    assert re.fullmatch("req_[0-9a-v]{26}", problem["request_id"])


def test_nonsense_after_a_request_that_was_answered(running: Server) -> None:
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(GET + b"\r\n")
        first = http.client.HTTPResponse(connection)
        first.begin()
        first.read()

        connection.sendall(b"nonsense\r\n\r\n")
        second = http.client.HTTPResponse(connection)
        second.begin()

    assert (first.status, second.status) == (200, 400)


def test_a_body_that_is_no_chunk(running: Server) -> None:
    authorization = f"Authorization: Bearer {running.token}\r\n".encode()

    response, body = ask(
        running, POST + authorization + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    )

    assert (response.status, json.loads(body)["code"]) == (400, "bad_request")


def test_nonsense_behind_a_request_is_not_taken_for_its_answer(running: Server) -> None:
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(GET + b"\r\n" + b"nonsense\r\n\r\n")

        with connection.makefile("rb") as answers:
            said = answers.read()

    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", said)
    assert statuses == [b"200", b"400"]
