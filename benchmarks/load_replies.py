"""Replies that nobody works on yet, in a process of its own: reads a JSON order as its argument.

Every session is created, gets a question if the order says so, and is asked for a reply at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TypedDict

import uvloop

from benchmarks.connection import Address, Connection, UnexpectedAnswer
from benchmarks.floor import SESSIONS
from benchmarks.load_answers import QUESTIONS, REPLY

LANES = 16


class ReplyOrder(TypedDict):
    base_url: str
    token: str
    count: int
    run: str
    asks: bool


class ReplyFigures(TypedDict):
    errors: list[str]


async def load(order: ReplyOrder) -> ReplyFigures:
    address = Address(order["base_url"], order["token"])

    async def fill(lane: int) -> None:
        connection = await Connection.open(address)
        for number in range(lane, order["count"], LANES):
            await ask_for_reply(connection, order, number)
        connection.close()

    try:
        await asyncio.gather(*map(fill, range(LANES)))
    except UnexpectedAnswer as error:
        return {"errors": [str(error)]}
    return {"errors": []}


async def ask_for_reply(connection: Connection, order: ReplyOrder, number: int) -> None:
    body = json.dumps({"contact_id": f"{order['run']}-{number}", "contact_name": "Ana"}).encode()
    created = await connection.post(SESSIONS, body, 201)
    path = f"{SESSIONS}/{created['id']}"
    if order["asks"]:
        text = QUESTIONS[number % len(QUESTIONS)]
        message = json.dumps({"content": {"type": "text", "text": text}}).encode()
        await connection.post(f"{path}/messages", message, 201)
    await connection.post(f"{path}/reply", REPLY, 200)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(json.loads(sys.argv[1])))))
