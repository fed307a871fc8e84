"""The whole server on a socket, in this process, with a clock for its connections."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn
from in_process import Server
from uvicorn.server import ServerState

from antonnia_server.connections import Connections
from antonnia_server.db import Transaction
from antonnia_server.http_protocol import HttpProtocol, Phase
from antonnia_server.settings import Limits, PostgresLimits

PATIENCE_SECONDS = 20


class Answer(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> tuple[int, str]:
        """The status and code of a refusal."""
        found: dict[str, Any] = json.loads(self.body)
        assert self.headers["content-type"] == "application/problem+json"
        assert found["status"] == self.status
        assert found["request_id"] == self.headers["x-request-id"]
        return self.status, found["code"]


class Wire:
    """A client that writes bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> Answer:
        """The next answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            lines = [line.split(": ", 1) for line in head[1:-2]]
            headers = {name.lower(): value for name, value in lines}
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split(" ")[1]), headers, body)

    async def rest(self) -> bytes:
        """What still comes until the server closes the connection."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def close(self) -> None:
        self.writer.transport.abort()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


class Listening:
    """A server that accepts connections."""

    def __init__(self, server: Server, connections: Connections, state: ServerState) -> None:
        # How many there have been.
        self.accepted = 0
        self.server = server
        self.connections = connections
        self.state = state
        self.port = 0
        self._now = 1000.0
        self._wires: list[Wire] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connect(self, receive_buffer: int | None = None) -> Wire:
        """A connection that the server has taken note of."""
        before = self.accepted
        connection = socket.socket()
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        wire = Wire(*await asyncio.open_connection(sock=connection))
        self._wires.append(wire)
        await self.until(lambda: self.accepted > before)
        return wire

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request on a connection of its own."""
        wire = await self.connect()
        wire.send(request)
        return await wire.answer()

    def post(self, path: str = "/conversations/v2/sessions", *headers: str) -> bytes:
        """The head of a POST with our token, up to where more headers or the blank line follow."""
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.server.ours.token}",
            *headers,
        ]
        return "".join(f"{line}\r\n" for line in lines).encode()

    def phases(self) -> list[Phase]:
        """What each open connection does."""
        return [connection._progress()[0] for connection in self.connections._open]

    def received(self) -> int:
        """How many bytes the open connections have received, all together."""
        return sum(connection._received for connection in self.connections._open)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():  # noqa: ASYNC110  # what it waits for sets no event
                await asyncio.sleep(0)

    def pass_time(self, seconds: float) -> None:
        """Let the connections look at what they do, and again after that time."""
        self.connections.sweep(self._now)
        self._now += seconds
        self.connections.sweep(self._now)

    async def close(self) -> None:
        for wire in self._wires:
            await wire.close()
        await self.until(self._is_empty)

    def _is_empty(self) -> bool:
        # Who is held up is not heard to leave.
        self.connections.inflow.renew()
        return not self.state.connections and not self.state.tasks


@asynccontextmanager
async def listening(server: Server, limits: Limits) -> AsyncIterator[Listening]:
    """`server` on a free port."""
    connections = Connections(limits)
    state = ServerState()
    listening = Listening(server, connections, state)
    config = uvicorn.Config(server.app, lifespan="off", ws="none", log_config=None)
    config.load()

    class Counted(HttpProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(transport)
            listening.accepted += 1

    def made() -> asyncio.Protocol:
        return Counted(config, state, {}, None, all_connections=connections)

    acceptor = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    listening.port = acceptor.sockets[0].getsockname()[1]
    try:
        yield listening
    finally:
        acceptor.close()
        await listening.close()


@asynccontextmanager
async def a_slow_disk(server: Server) -> AsyncIterator[None]:
    """Until it is left, no write comes to its end."""
    may_go_on = threading.Event()
    loop = asyncio.get_running_loop()

    def hold(tx: Transaction, is_held: asyncio.Event) -> None:
        loop.call_soon_threadsafe(is_held.set)
        may_go_on.wait(PATIENCE_SECONDS)

    writers = PostgresLimits().writers if server.db.is_shared else 1
    held = [asyncio.Event() for _ in range(writers)]
    writes = [asyncio.create_task(server.db.write(hold, is_held)) for is_held in held]
    await asyncio.gather(*(is_held.wait() for is_held in held))
    try:
        yield
    finally:
        may_go_on.set()
        await asyncio.gather(*writes)
