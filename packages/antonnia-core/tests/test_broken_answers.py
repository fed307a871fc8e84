"""What proxies, load balancers and broken servers send: each is an error of ours that says what."""

import gzip
import socket
import threading
from typing import Any, Iterator, List, Type

import pytest
from things import Thing

from antonnia.core import (
    AntonniaError,
    APIConnectionError,
    APIError,
    RateLimitError,
    ServerError,
    SyncTransport,
    Transport,
)

HTML = b"<html>Sign in</html>"
JSON = b'{"id": "thing_1"}'


def answer(status: str, body: bytes = b"", *headers: str, length: Any = None) -> bytes:
    length = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


CASES = [
    # What comes over the wire, the exception, and words that its message must have.
    ("redirect", answer("302 Found", b"", "Location: https://login.test/"), APIError, "login.test"),
    ("moved", answer("301 Moved", HTML, "Location: /elsewhere"), APIError, "is base_url right"),
    ("lost redirect", answer("308 Permanent Redirect"), APIError, "308 without saying why"),
    ("not modified", answer("304 Not Modified"), APIError, "304"),
    (
        "page of a proxy",
        answer("502 Bad Gateway", HTML, "Content-Type: text/html"),
        ServerError,
        "502",
    ),
    ("odd status", answer("599 Odd", b"\xff\xfe"), ServerError, "599"),
    ("status of its own", answer("499 Client Closed Request", HTML), APIError, "499"),
    ("rate limit", answer("429 Slow down", HTML, "Retry-After: soon"), RateLimitError, "429"),
    (
        "sign-in page",
        answer("200 OK", HTML, "Content-Type: text/html"),
        APIConnectionError,
        "text/html",
    ),
    ("no content", answer("204 No Content"), APIConnectionError, "unreadable answer"),
    ("cut-off JSON", answer("200 OK", JSON[:-3]), APIConnectionError, "unreadable answer"),
    ("not UTF-8", answer("200 OK", b'{"id": "\xff"}'), APIConnectionError, "unreadable answer"),
    ("deep JSON", answer("200 OK", b"[" * 100_000), APIConnectionError, "unreadable answer"),
    ("shorter than said", answer("200 OK", JSON, length=999), APIConnectionError, "no answer"),
    ("bad length", answer("200 OK", JSON, length="many"), APIConnectionError, "no answer"),
    (
        "no gzip",
        answer("200 OK", JSON, "Content-Encoding: gzip"),
        APIConnectionError,
        "decompressed",
    ),
    (
        "cut-off gzip",
        answer("200 OK", gzip.compress(JSON)[:-14], "Content-Encoding: gzip"),
        APIConnectionError,
        "",
    ),
    (
        "no deflate",
        answer("200 OK", b"\xff\xff\xff", "Content-Encoding: deflate"),
        APIConnectionError,
        "",
    ),
    (
        "unknown encoding",
        answer("200 OK", b"\x01\x02", "Content-Encoding: odd"),
        APIConnectionError,
        "",
    ),
    ("not HTTP", b"SSH-2.0-OpenSSH_9.6\r\n", APIConnectionError, "no answer"),
    ("nothing", b"", APIConnectionError, "no answer"),
    ("half a head", b"HTTP/1.1 200 OK\r\nContent-", APIConnectionError, "no answer"),
    ("endless head", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000, APIConnectionError, "no answer"),
    ("bad header", b"HTTP/1.1 200 OK\r\n\xff: \x00\r\n\r\n", APIConnectionError, "no answer"),
    (
        "bad chunks",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        APIConnectionError,
        "no answer",
    ),
]


class RawServer:
    """Sends the same bytes to everybody, whatever they ask, and hangs up."""

    def __init__(self) -> None:
        self.sends = b""
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        # Closing alone would not wake the thread.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(self.sends)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)
                except OSError:
                    continue  # the client has hung up first


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("sends", "error_class", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
async def test_a_broken_answer_is_an_error_of_ours(
    sends: bytes, error_class: Type[AntonniaError], words: str, raw_server: RawServer
) -> None:
    raw_server.sends = sends
    transport = Transport("/things/v1", token="t", base_url=raw_server.url, max_retries=0)

    with pytest.raises(AntonniaError) as caught:
        await transport.get("/things/1", Thing)
    await transport.close()

    assert type(caught.value) is error_class
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("sends", "error_class", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_broken_answer_is_the_same_error_without_await(
    sends: bytes, error_class: Type[AntonniaError], words: str, raw_server: RawServer
) -> None:
    raw_server.sends = sends
    transport = SyncTransport("/things/v1", token="t", base_url=raw_server.url, max_retries=0)

    with pytest.raises(AntonniaError) as caught:
        transport.get("/things/1", Thing)
    transport.close()

    assert type(caught.value) is error_class
    assert words in str(caught.value)


async def test_what_broke_off_is_tried_again_and_what_came_whole_is_not(
    raw_server: RawServer,
) -> None:
    tries: List[int] = []
    for sends in (b"", answer("200 OK", HTML), answer("302 Found", b"", "Location: /")):
        raw_server.sends, raw_server.connections = sends, 0
        transport = Transport("/things/v1", token="t", base_url=raw_server.url, max_retries=1)
        with pytest.raises(AntonniaError):
            await transport.get("/things/1", Thing)
        await transport.close()
        tries.append(raw_server.connections)

    assert tries == [2, 1, 1]


async def test_a_client_that_follows_redirects_does_not_follow_them_with_a_token() -> None:
    import httpx

    asked: List[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://elsewhere.test/"})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(redirect), follow_redirects=True
    ) as http:
        with pytest.raises(APIError, match="not followed"):
            await Transport("/things/v1", token="t", http_client=http).get("/things/1", Thing)

    assert len(asked) == 1
