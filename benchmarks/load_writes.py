"""Write load, in a process of its own: reads a JSON order as its argument, prints JSON figures.

Every worker has one connection and repeats: create a session, post a message to it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import uvloop

from benchmarks.connection import Address, Connection, UnexpectedAnswer
from benchmarks.floor import SESSIONS

MESSAGE = json.dumps({"content": {"type": "text", "text": "Hello, is anybody there?"}}).encode()


class WriteOrder(TypedDict):
    base_url: str
    token: str
    concurrency: int
    seconds: float
    keyed: bool
    run: str
    # Of every session, with `{name}` for the session's own name; none for sessions without any.
    metadata: NotRequired[dict[str, Any]]


class WriteFigures(TypedDict):
    requests: int
    errors: list[str]
    seconds: float


@dataclass
class Tally:
    requests: int
    errors: list[str]


async def load(order: WriteOrder) -> WriteFigures:
    """Write until the time is over; every request begun is waited for and counted."""
    address = Address(order["base_url"], order["token"])
    connections = [await Connection.open(address) for _ in range(order["concurrency"])]
    tally = Tally(0, [])
    numbers = itertools.count()
    session: dict[str, Any] = {"contact_id": "{name}", "contact_name": "Ana"}
    if "metadata" in order:
        session["metadata"] = order["metadata"]
    template = json.dumps(session)
    begin = time.perf_counter()
    deadline = begin + order["seconds"]

    async def work(connection: Connection) -> None:
        while time.perf_counter() < deadline and not tally.errors:
            name = f"{order['run']}-{next(numbers)}"
            try:
                await write_pair(connection, name, template, keyed=order["keyed"])
            except UnexpectedAnswer as error:
                tally.errors.append(str(error))
                return
            tally.requests += 2

    await asyncio.gather(*(work(connection) for connection in connections))
    elapsed = time.perf_counter() - begin
    for connection in connections:
        connection.close()
    return {"requests": tally.requests, "errors": tally.errors, "seconds": elapsed}


async def write_pair(connection: Connection, name: str, template: str, *, keyed: bool) -> None:
    session = template.replace("{name}", name).encode()
    created = await connection.post(SESSIONS, session, 201, f"{name}-s" if keyed else None)
    path = f"{SESSIONS}/{created['id']}/messages"
    await connection.post(path, MESSAGE, 201, f"{name}-m" if keyed else None)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.loads(sys.argv[1])))))
