"""Events on their way to receivers: how many a second, how soon, and what a dead one costs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
from typing import cast

from antonnia.conversations import Conversations
from antonnia.events import Events
from benchmarks.processes import BenchmarkError, Server, data_directory, serving
from benchmarks.report import Figure
from benchmarks.settings import Settings

EVENTS = 2_000
ONE_BY_ONE = 100
GOOD_ONES = 20
EVENTS_BESIDE_A_DEAD_ONE = 100
PATIENCE_SECONDS = 120
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """Answers each request at once, or never, and notes when it came."""

    def __init__(self, *, is_dead: bool = False) -> None:
        self.is_dead = is_dead
        self.arrived: list[float] = []
        self.url = ""
        self._wanted = 0
        self._all_here = asyncio.Event()

    def note(self) -> None:
        self.arrived.append(time.perf_counter())
        if len(self.arrived) >= self._wanted:
            self._all_here.set()

    async def until(self, number: int) -> None:
        self._wanted = number
        self._all_here.clear()
        if len(self.arrived) < number:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._all_here.wait()


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, blank, body = self._read.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._read = body[length:]
        self._receiver.note()
        if not self._receiver.is_dead:
            self._transport.write(NO_CONTENT)


@asynccontextmanager
async def receiving(*, is_dead: bool = False) -> AsyncIterator[Receiver]:
    receiver = Receiver(is_dead=is_dead)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(receiver), "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield receiver
    finally:
        server.close()


def measure(settings: Settings) -> list[Figure]:
    """The floor posts the same bodies with the same client, and has no ledger."""
    with (
        data_directory(settings.directory) as directory,
        serving(settings.command, directory / "ours") as ours,
    ):
        return asyncio.run(_measure(ours, settings.rounds))


async def _measure(server: Server, rounds: int) -> list[Figure]:
    rates = await delivery_rates(server, rounds)
    delays = await delivery_delays(server)
    alone = await _processor_seconds(server, is_dead_too=False)
    beside = await _processor_seconds(server, is_dead_too=True)
    return [
        Figure(
            name="deliveries",
            unit="/s",
            ours=median(rates["ours"]),
            floor=median(rates["floor"]),
            judged="ratio",
            better="higher",
            target=0.4,
            samples=rates,
        ),
        Figure(
            name="commit to first attempt, p50",
            unit="ms",
            ours=median(delays) * 1e3,
            floor=1e3 / median(rates["floor"]),
            judged="ours",
            better="lower",
            target=20,
            samples={"ours": delays},
        ),
        Figure(
            name=f"processor, {GOOD_ONES} webhooks and a dead one",
            unit="s",
            ours=beside,
            floor=alone,
            judged="ratio",
            better="lower",
            target=1.5,
        ),
    ]


async def delivery_rates(server: Server, rounds: int) -> dict[str, list[float]]:
    """How many were a second in each round, ours and the floor's in turn."""
    rates: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(rounds):
        body, rate = await _rate(server)
        rates["ours"].append(rate)
        rates["floor"].append(await _floor_rate(body))
    return rates


async def _rate(server: Server) -> tuple[bytes, float]:
    """What was delivered last, and how many were a second."""
    async with receiving() as receiver, _clients(server) as (client, events):
        webhook = await events.webhooks.create(receiver.url, ["session.created"])
        await events.webhooks.update(webhook.id, status="paused")
        await _write(client, EVENTS)
        body = (await events.events.search(limit=1))[0].model_dump_json().encode()
        begun = time.perf_counter()
        await events.webhooks.update(webhook.id, status="enabled")
        await receiver.until(EVENTS)
        rate = EVENTS / (receiver.arrived[-1] - begun)
        await events.webhooks.delete(webhook.id)
    server.wait_until_idle()
    return body, rate


async def _floor_rate(body: bytes) -> float:
    async with receiving() as receiver:
        order = json.dumps({"url": receiver.url, "body": body.decode(), "count": EVENTS})
        command = [sys.executable, "-m", "benchmarks.floor_deliveries", order]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
        await receiver.until(EVENTS)
        if await process.wait():
            raise BenchmarkError("the floor of the deliveries failed")
        return EVENTS / (receiver.arrived[-1] - receiver.arrived[0])


async def delivery_delays(server: Server) -> list[float]:
    """From the answer, which leaves after the commit, to the request at the receiver."""
    delays: list[float] = []
    async with receiving() as receiver, _clients(server) as (client, events):
        webhook = await events.webhooks.create(receiver.url, ["session.created"])
        for number in range(1, ONE_BY_ONE + 1):
            await client.sessions.create("c", "C")
            answered = time.perf_counter()
            await receiver.until(number)
            delays.append(receiver.arrived[-1] - answered)
        await events.webhooks.delete(webhook.id)
    return delays


async def _processor_seconds(server: Server, *, is_dead_too: bool) -> float:
    """Of the server, for events that many good webhooks get, and perhaps one that is dead."""
    server.wait_until_idle()
    async with (
        receiving() as receiver,
        receiving(is_dead=True) as dead,
        _clients(server) as (client, events),
    ):
        urls = [receiver.url] * GOOD_ONES + ([dead.url] if is_dead_too else [])
        webhooks = [await events.webhooks.create(url, ["session.created"]) for url in urls]
        before = server.processor_seconds()
        await _write(client, EVENTS_BESIDE_A_DEAD_ONE)
        await receiver.until(EVENTS_BESIDE_A_DEAD_ONE * GOOD_ONES)
        spent = server.processor_seconds() - before
        for webhook in webhooks:
            await events.webhooks.delete(webhook.id)
    return spent


async def _write(client: Conversations, number: int) -> None:
    at_once = asyncio.Semaphore(16)

    async def write() -> None:
        async with at_once:
            await client.sessions.create("c", "C")

    await asyncio.gather(*(write() for _ in range(number)))


@asynccontextmanager
async def _clients(server: Server) -> AsyncIterator[tuple[Conversations, Events]]:
    async with (
        Conversations(server.token, server.base_url) as client,
        Events(server.token, server.base_url) as events,
    ):
        yield client, events
