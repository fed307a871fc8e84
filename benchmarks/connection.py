"""One keep-alive HTTP/1.1 connection that costs little: httpx would cost more than the server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit


class UnexpectedAnswer(Exception):
    """The server answered something else than the benchmark counts."""


@dataclass(frozen=True)
class Address:
    """Where a server under load listens, and the token it gave."""

    base_url: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        port = urlsplit(self.base_url).port
        if port is None:
            raise ValueError(f"no port in {self.base_url!r}")
        return port


class Connection(asyncio.Protocol):
    """Sends one request at a time and reads its answer by Content-Length."""

    def __init__(self, address: Address) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._headers = (
            f" HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
            f"Authorization: Bearer {address.token}\r\nContent-Type: application/json\r\n"
        )

    @classmethod
    async def open(cls, address: Address) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: cls(address), address.host, address.port
        )
        return connection

    async def post(self, path: str, body: bytes, expect: int, key: str | None = None) -> Any:
        """POST the body and return the parsed JSON; any status but the expected one raises."""
        key_line = "" if key is None else f"Idempotency-Key: {key}\r\n"
        head = f"POST {path}{self._headers}{key_line}Content-Length: {len(body)}\r\n\r\n"
        return await self._exchange(head.encode() + body, f"POST {path}", expect)

    async def get(self, path: str) -> Any:
        return await self._exchange(f"GET {path}{self._headers}\r\n".encode(), f"GET {path}", 200)

    async def _exchange(self, request: bytes, name: str, expect: int) -> Any:
        if self._transport is None or self._transport.is_closing():
            raise UnexpectedAnswer(f"{name}: the server closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        status, body = await self._answer
        if status != expect:
            text = body[:500].decode(errors="replace")
            raise UnexpectedAnswer(f"{name}: {status} instead of {expect}: {text}")
        return json.loads(body)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._received[:head_end]).lower()
        start = head.find(b"\r\ncontent-length:")
        if start < 0:
            self._fail(UnexpectedAnswer("an answer without Content-Length"))
            return
        length = int(head[start + 17 :].split(b"\r\n", 1)[0])
        body_end = head_end + 4 + length
        if len(self._received) < body_end or self._answer is None:
            return
        body = bytes(self._received[head_end + 4 : body_end])
        del self._received[:body_end]
        answer, self._answer = self._answer, None
        answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(UnexpectedAnswer(f"the server closed the connection: {exc}"))

    def _fail(self, error: UnexpectedAnswer) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
