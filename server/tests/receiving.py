"""A receiver of webhooks: the outside world, as good or as bad as a test wants it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

PATIENCE_SECONDS = 20


class Received(NamedTuple):
    """A request as it came."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


class Answer(NamedTuple):
    """What is answered, and how badly."""

    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    # Nothing is answered and the connection broken, or it is left open for as long as it stays.
    is_reset: bool = False
    is_silent: bool = False
    # The head is answered, and a body is promised that never comes.
    is_slow: bool = False


OK = Answer()
Decide = Callable[[Received], Answer]


@dataclass
class Receiver:
    """What came, in the order in which it did, and where to send it."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    # What each request is answered.
    decide: Decide = lambda received: OK
    connections: int = 0
    under_way: int = 0
    most_under_way: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def always(self, answer: Answer) -> None:
        self.decide = lambda received: answer

    def in_turn(self, *answers: Answer) -> None:
        """Answer these, one after the other, and then the last one."""
        left = list(answers)
        self.decide = lambda received: left.pop(0) if len(left) > 1 else left[0]

    @property
    def types(self) -> list[str]:
        return [received.event["type"] for received in self.received]

    async def until(self, number: int) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.received) < number:
                self._arrived.clear()
                await self._arrived.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (received := await _read(reader)) is not None:
                self.received.append(received)
                self._arrived.set()
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
                try:
                    if not await self._answer(self.decide(received), reader, writer):
                        break
                finally:
                    self.under_way -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.transport.abort()

    async def _answer(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if answer.is_reset:
            return False
        if answer.is_silent:
            await reader.read()
            return False
        length = len(answer.body) + 10 if answer.is_slow else len(answer.body)
        head = [f"HTTP/1.1 {answer.status} Answered", f"content-length: {length}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode() + answer.body)
        await writer.drain()
        if answer.is_slow:
            await reader.read()
            return False
        return True


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = [line.split(": ", 1) for line in head[1:-2]]
    headers = {name.lower(): value for name, value in lines}
    body = await reader.readexactly(int(headers["content-length"]))
    return Received(head[0].split(" ")[1], headers, body)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await receiver.serve(reader, writer)
        except asyncio.CancelledError:
            return
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
