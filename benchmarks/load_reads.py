"""Read load, in a process of its own: reads a JSON order as its argument, prints JSON figures.

The requests of the order are sent again and again, in their order, over so many connections.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any, TypedDict

import uvloop

from benchmarks.connection import Address, Connection, UnexpectedAnswer


class Asked(TypedDict):
    """A GET of the path; with a body, a POST of it."""

    path: str
    body: dict[str, Any] | None


class ReadOrder(TypedDict):
    base_url: str
    token: str
    concurrency: int
    seconds: float
    requests: list[Asked]


class ReadFigures(TypedDict):
    requests: int
    # How long one waits, in milliseconds: the percentiles from the first to the 99th.
    waits: list[float]
    # Objects in an answer, on average.
    found: float
    errors: list[str]
    seconds: float


class Reading:
    """What all connections do together."""

    def __init__(self, order: ReadOrder) -> None:
        self.latencies: list[float] = []
        self.found = 0
        self.errors: list[str] = []
        self._requests: Iterator[tuple[str, bytes | None]] = itertools.cycle(
            [
                (
                    asked["path"],
                    None if asked["body"] is None else json.dumps(asked["body"]).encode(),
                )
                for asked in order["requests"]
            ]
        )
        self._deadline = time.perf_counter() + order["seconds"]

    async def read(self, connection: Connection) -> None:
        while time.perf_counter() < self._deadline and not self.errors:
            path, body = next(self._requests)
            begin = time.perf_counter()
            try:
                answer = await (
                    connection.get(path) if body is None else connection.post(path, body, 200)
                )
            except UnexpectedAnswer as error:
                self.errors.append(str(error))
                return
            self.latencies.append(time.perf_counter() - begin)
            self.found += len(answer) if isinstance(answer, list) else 1


async def load(order: ReadOrder) -> ReadFigures:
    """Read until the time is over; every request begun is waited for and counted."""
    address = Address(order["base_url"], order["token"])
    connections = [await Connection.open(address) for _ in range(order["concurrency"])]
    begin = time.perf_counter()
    reading = Reading(order)
    await asyncio.gather(*(reading.read(connection) for connection in connections))
    elapsed = time.perf_counter() - begin
    for connection in connections:
        connection.close()
    waits = [seconds * 1e3 for seconds in reading.latencies]
    return {
        "requests": len(waits),
        "waits": quantiles(waits, n=100) if len(waits) > 1 else waits,
        "found": reading.found / max(1, len(waits)),
        "errors": reading.errors,
        "seconds": elapsed,
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.loads(sys.argv[1])))))
