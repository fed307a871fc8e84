"""HTTP as bytes on a socket: what no client would send is sent too."""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from typing import Any, NamedTuple

SECONDS = 30
# The server closes what is idle for 5 seconds.
KEPT_SECONDS = 2
ALIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def closes(self) -> bool:
        return self.headers["connection"] == "close"

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One connection; it is opened again when the server has closed it, or may have."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._used_at = 0.0

    def ask(self, request: bytes) -> Answer:
        """Send bytes, and read one answer to them."""
        if time.monotonic() - self._used_at > KEPT_SECONDS:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=SECONDS)
        self._socket.sendall(request)
        response = http.client.HTTPResponse(self._socket, method=_method_of(request))
        response.begin()
        answer = Answer(response.status, response.headers, response.read())
        self._used_at = time.monotonic()
        if answer.closes:
            self.close()
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def _method_of(request: bytes) -> str:
    return io.BytesIO(request).readline().split(b" ")[0].decode("latin-1")


def request_of(method_and_path: bytes, headers: list[bytes], body: bytes) -> bytes:
    """A whole request; `headers` come before the length of the body."""
    length = b"Content-Length: %d" % len(body)
    lines = [method_and_path + b" HTTP/1.1", b"Host: localhost", *headers, length]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def problem_of(answer: Answer) -> dict[str, Any]:
    """The refusal that an answer is, with all that the contract asks of one."""
    assert answer.headers["content-type"] == "application/problem+json", answer
    problem: dict[str, Any] = answer.json()
    assert problem.keys() - {"errors", "retry_after"} == {
        "type",
        "title",
        "status",
        "detail",
        "code",
        "request_id",
    }
    assert problem["status"] == answer.status
    assert problem["type"] == f"urn:antonnia:error:{problem['code']}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert (answer.status == 401) == ("www-authenticate" in answer.headers)
    assert (answer.status == 405) == ("allow" in answer.headers)
    assert answer.headers.get("allow", "") in problem["detail"]
    return problem
