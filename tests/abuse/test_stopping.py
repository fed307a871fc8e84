"""A stop in the middle of everything: whoever is owed an answer gets one, or a clean end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from abuse.conftest import Start
from server_process import ServerProcess

from antonnia.conversations.exceptions import APIConnectionError, ServerError

WRITERS = 200
SESSIONS = "/conversations/v2/sessions"


@asynccontextmanager
async def connected(server: ServerProcess, said: str) -> AsyncIterator[asyncio.StreamReader]:
    """A connection on which that was sent, which ends when it does."""
    reader, writer = await asyncio.open_connection(*server.address, limit=1024)
    writer.write(said.encode())
    yield reader
    writer.transport.abort()


def half_a_body(server: ServerProcess) -> str:
    return (
        f"POST {SESSIONS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.token}\r\n"
        "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n{"
    )


def many_answers(server: ServerProcess) -> str:
    """Requests whose answers are more than a system keeps for a connection that does not read."""
    request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return request * 30


async def until_reached(reader: asyncio.StreamReader) -> None:
    """Until the server waits for the rest of the body."""
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"


class Journal:
    """What a server has acknowledged."""

    def __init__(self, server: ServerProcess) -> None:
        self.acknowledged: list[str] = []
        self.is_busy = asyncio.Event()
        self._server = server

    async def write(self) -> None:
        """Create sessions until that is refused, which must be clean."""
        async with self._server.client() as client:
            try:
                while True:
                    session = await client.sessions.create("contact", "Jane")
                    self.acknowledged.append(session.id)
                    if len(self.acknowledged) >= WRITERS:
                        self.is_busy.set()
            except APIConnectionError:
                return
            except ServerError as error:
                if error.code != "overloaded":
                    raise


async def test_a_stop_under_load_loses_nothing(start: Start) -> None:
    server = await start("--shutdown-seconds", "2")
    journal = Journal(server)

    async with (
        connected(server, "") as idle,
        connected(server, "GET /livez HTT") as half,
        connected(server, half_a_body(server)) as slow,
        connected(server, many_answers(server)),
    ):
        await until_reached(slow)
        writers = [asyncio.create_task(journal.write()) for _ in range(WRITERS)]
        await journal.is_busy.wait()
        server.signal(signal.SIGTERM)
        ends = await asyncio.gather(idle.read(), half.read())
        cut_off = await slow.read()
        await asyncio.gather(*writers)
        await server.wait_until_ended()

    assert ends == [b"", b""]
    assert cut_off.startswith(b"HTTP/1.1 503 ")
    assert b'"code": "overloaded"' in cut_off
    assert server.complaints() == []
    await server.start()
    async with server.client() as client:
        found = await client.sessions.search(limit=1000)
        stored = {session.id async for session in found.iterate_all()}
    assert set(journal.acknowledged) <= stored
    await server.stop()


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_waits_for_nobody(start: Start, second: signal.Signals) -> None:
    server = await start("--shutdown-seconds", "3600")
    async with server.client() as client:
        session = await client.sessions.create("contact", "Jane")

    async with connected(server, "") as idle, connected(server, half_a_body(server)) as slow:
        await until_reached(slow)
        server.signal(signal.SIGTERM)
        # By now the first one was taken.
        assert await idle.read() == b""
        server.signal(second)
        assert (await slow.read()).startswith(b"HTTP/1.1 503 ")
        await server.wait_until_ended()

    await server.start()
    async with server.client() as client:
        assert (await client.sessions.get(session.id)).id == session.id
    await server.stop()
