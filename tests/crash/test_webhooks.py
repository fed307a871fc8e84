"""Bad receivers and a server that is killed: each event reaches each receiver all the same."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from receiving import Answer, Received, Receiver, receiving
from scale import WEBHOOK_EVENTS
from server_process import ServerProcess
from stored import Row, Stored

from antonnia.core.errors import AntonniaError
from antonnia.events import Events
from antonnia_server.events.delivering import AHEAD
from antonnia_server.settings import WebhookLimits

RECEIVERS = 3
KILLS = 4
WRITERS = 8
FAILURES = 0.3
SETTINGS = {
    "ANTONNIA_DEV_WEBHOOK_TIMEOUT_SECONDS": "1",
    # Soon, and more often than chance could let one fail each time.
    "ANTONNIA_DEV_WEBHOOK_RETRY_SECONDS": ",".join(["1"] * 40),
}
# What is under way at a kill or being recorded, for each receiver, was sent and is sent again.
UNRECORDED = WebhookLimits.per_endpoint + AHEAD
PATIENCE_SECONDS = 60 + WEBHOOK_EVENTS // 10


class Fickle:
    """Answers badly in three of ten cases, and remembers what it answered to what."""

    def __init__(self, receiver: Receiver, dice: random.Random) -> None:
        self.receiver = receiver
        self.answered: dict[str, list[int | None]] = defaultdict(list)
        self.bodies: dict[str, set[bytes]] = defaultdict(set)
        self._dice = dice
        receiver.decide = self._decide

    def _decide(self, received: Received) -> Answer:
        answer = Answer(204)
        if self._dice.random() < FAILURES:
            answer = self._dice.choice(
                [
                    Answer(500),
                    Answer(503),
                    Answer(is_reset=True),
                    Answer(is_silent=True),
                    Answer(200, is_slow=True),
                ]
            )
        is_whole = not (answer.is_reset or answer.is_silent or answer.is_slow)
        self.answered[received.webhook_id].append(answer.status if is_whole else None)
        self.bodies[received.webhook_id].add(received.body)
        return answer


async def test_every_event_reaches_every_receiver_and_the_ledger_says_how(tmp_path: Path) -> None:
    dice = random.Random(11)
    server = ServerProcess(tmp_path / "data", environment=SETTINGS)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.close)
        receivers = [await stack.enter_async_context(receiving()) for _ in range(RECEIVERS)]
        fickle = [Fickle(receiver, dice) for receiver in receivers]
        await server.start()
        async with events_of(server) as events:
            webhooks = [
                await events.webhooks.create(each.url, ["session.created"]) for each in receivers
            ]
        await write_and_kill(server, dice)
        await until_all_is_delivered(server)
        await server.stop()

    stored = Stored(server.database)
    created = {event["id"] for event in stored.events if event["type"] == "session.created"}
    assert len(created) >= WEBHOOK_EVENTS
    extra = 0
    for webhook, each in zip(webhooks, fickle, strict=True):
        ledger = [row for row in stored.deliveries if row["webhook_id"] == webhook.id]
        assert {row["event_id"] for row in ledger} == created
        assert len(ledger) == len(created)
        extra += compare(ledger, each)
    assert server.complaints() == []
    attempts = sum(len(row["attempts"]) for row in stored.deliveries)
    print(
        f"\n{len(created):,} events × {RECEIVERS} receivers, {KILLS} kills: {attempts:,} attempts "
        f"in the ledger, {extra} more that a kill kept from it; none lost"
    )


def compare(ledger: list[Row], fickle: Fickle) -> int:
    """Hold what was recorded against what came; how much more came."""
    assert fickle.answered.keys() == {row["event_id"] for row in ledger}
    extra = 0
    for row in ledger:
        recorded = [attempt.get("status_code") for attempt in row["attempts"]]
        answered = fickle.answered[row["event_id"]]
        assert row["status"] == "succeeded"
        assert recorded.count(204) == 1
        assert not Counter(recorded) - Counter(answered), (recorded, answered)
        assert len(fickle.bodies[row["event_id"]]) == 1
        extra += len(answered) - len(recorded)
    assert extra <= KILLS * UNRECORDED
    return extra


async def write_and_kill(server: ServerProcess, dice: random.Random) -> None:
    """Make as many events as there are to be, by writers that go on after each kill."""
    left = iter(range(WEBHOOK_EVENTS))
    written = 0
    is_up = asyncio.Event()
    is_up.set()

    async def write() -> None:
        nonlocal written
        for number in left:
            is_written = False
            while not is_written:
                await is_up.wait()
                try:
                    async with server.client() as client:
                        await client.sessions.create("c", "C", idempotency_key=f"session-{number}")
                    is_written = True
                    written += 1
                except AntonniaError:
                    await asyncio.sleep(0.02)

    async def kill() -> None:
        for number in range(1, KILLS + 1):
            while written < WEBHOOK_EVENTS * number // (KILLS + 1):  # noqa: ASYNC110  # as below
                await asyncio.sleep(0.02)
            await asyncio.sleep(dice.uniform(0, 0.3))
            is_up.clear()
            await server.kill()
            await server.start()
            is_up.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(kill(), *(write() for _ in range(WRITERS)))


async def until_all_is_delivered(server: ServerProcess) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), events_of(server) as events:
        while not await is_delivered(events):  # noqa: ASYNC110  # no other process sets an event
            await asyncio.sleep(0.2)


async def is_delivered(events: Events) -> bool:
    waiting = [
        await events.deliveries.search(status=status, limit=1) for status in ("pending", "failed")
    ]
    if any(waiting):
        return False
    listed = [delivery async for delivery in events.deliveries.iter(limit=1000)]
    return len(listed) >= RECEIVERS * WEBHOOK_EVENTS


@asynccontextmanager
async def events_of(server: ServerProcess) -> AsyncIterator[Events]:
    async with Events(server.token, server.base_url, max_retries=0) as events:
        yield events
