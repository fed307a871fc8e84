"""No more of the log is read than is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass

from given_webhooks import Webhooks
from in_process import Clock, Server
from receiving import Receiver

from antonnia_server.db import Transaction
from antonnia_server.events import service
from antonnia_server.events.service.log import MAX_FOLLOWED, MAX_FOLLOWED_BYTES
from antonnia_server.events.service.turns import BEGINNING, MAX_AHEAD_BYTES
from antonnia_server.events.storage import deliveries
from antonnia_server.events.storage import log as storage
from antonnia_server.events.storage import webhooks as webhook_storage

# Three have more than a page.
LARGE = MAX_FOLLOWED_BYTES * 2 // 5


@dataclass
class Thing:
    """What an event of these tests is about."""

    id: str
    text: str = ""

    def model_dump_json(self) -> str:
        return f'{{"id":"{self.id}","text":"{self.text}"}}'


async def given_events(server: Server, clock: Clock, *sizes: int) -> None:
    def publish(tx: Transaction) -> None:
        for size in sizes:
            service.publish(tx, server.caller, "thing.happened", Thing("thing_1", "x" * size))

    await server.db.write(publish)
    await clock.settle()


async def test_a_page_of_a_reader_ends_with_the_event_that_fills_it(
    server: Server, clock: Clock
) -> None:
    await given_events(server, clock, *[LARGE] * 4, 2 * MAX_FOLLOWED_BYTES, 0, 0)

    def read(tx: Transaction, after: int) -> list[int]:
        rows = storage.list_events_within(
            tx,
            server.ours.id,
            after=after,
            limit=MAX_FOLLOWED,
            max_bytes=MAX_FOLLOWED_BYTES,
        )
        return [row.position for row in rows]

    pages = [await server.db.read(read, after) for after in (0, 3, 4, 5, 7)]

    assert pages == [[1, 2, 3], [4, 5], [5], [6, 7], []]


async def test_a_search_reads_no_more_than_its_page(server: Server, clock: Clock) -> None:
    await given_events(server, clock, *[0] * 5)

    def read(tx: Transaction) -> list[int]:
        rows = storage.each_matching_event(
            tx, server.ours.id, after=1, until=5, types=["thing.*"], object_id="thing_1", limit=2
        )
        return [row.position for row in rows]

    assert await server.db.read(read) == [2, 3]


async def test_what_is_read_ahead_of_deliveries_ends_with_the_event_that_fills_it(
    server: Server, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url, events=["another.type"])
    sizes = [MAX_AHEAD_BYTES * 2 // 5] * 4 + [2 * MAX_AHEAD_BYTES, 0]
    await given_events(server, clock, *sizes)
    logged = server.rows("events", organization_id=server.ours.id)

    def read(tx: Transaction) -> list[list[int]]:
        row = webhook_storage.lock_webhook(tx, server.caller, webhook["id"])
        assert row is not None
        lines = [
            {"id": f"dlv_{each['position']}", "event_id": each["id"]}
            | {"event_type": each["type"], "position": each["position"]}
            for each in logged
        ]
        deliveries.queue(tx, row, lines)
        pages, after = [], BEGINNING
        while page := deliveries.list_due(
            tx, server.caller, row.id, after=after, limit=32, max_bytes=MAX_AHEAD_BYTES
        ):
            pages.append([due.event.position for due in page if due.event is not None])
            after = (page[-1].due_at, pages[-1][-1])
        return pages

    assert await server.db.write(read) == [[1, 2, 3], [4, 5], [6]]
