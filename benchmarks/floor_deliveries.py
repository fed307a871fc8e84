"""The floor of the deliveries, in a process of its own: the same client, and no ledger."""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop

from antonnia_server.clock import SystemClock
from antonnia_server.events.outbound import Guard
from antonnia_server.events.sending import Sender
from antonnia_server.events.service import BEGINNING, Due, Target
from antonnia_server.settings import WebhookLimits

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of a vector that everyone knows


async def main(url: str, body: bytes, count: int) -> None:
    guard = Guard(allows_private=True)
    sender = Sender(guard, SystemClock(), timeout_seconds=WebhookLimits.timeout_seconds)
    target = Target("org_floor", "wh_floor", url, {}, (SECRET,), WebhookLimits.per_endpoint)
    left = iter(range(count))

    async def send() -> None:
        for number in left:
            outcome = await sender.send(
                target, Due(str(number), f"evt_{number}", [], 0, BEGINNING, body)
            )
            assert outcome.is_success, outcome

    await asyncio.gather(*(send() for _ in range(target.at_once)))
    await sender.aclose()
    guard.close()


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    uvloop.run(main(order["url"], order["body"].encode(), order["count"]))
