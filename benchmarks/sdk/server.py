"""A server for which no client has to wait: it knows four answers and one kind of request.

`python -m benchmarks.sdk.server` prints its port and serves until it is told to stop.
"""

from __future__ import annotations

import asyncio
import signal
from typing import cast

import uvloop

from benchmarks.sdk.objects import ANSWERS

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def _answer(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\ndate: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
        "content-type: application/json\r\nx-request-id: req_01k9x2v7c8q4m0r6t1y3z5b7d9\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


PREPARED = [(b"GET " + prefix, _answer(body)) for prefix, body in ANSWERS.items()]


class Answering(asyncio.Protocol):
    """Answers each GET as soon as its head is whole."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head, self._received = self._received[:end], self._received[end + 4 :]
            self._transport.write(_find(head))


def _find(head: bytes) -> bytes:
    return next((answer for start, answer in PREPARED if head.startswith(start)), NOT_FOUND)


async def serve() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())
