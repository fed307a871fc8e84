"""A search of the ledger looks through a part of it for each page, and misses nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from given_platform import given_session
from given_webhooks import EVENTS, Webhooks
from in_process import Clock, Server
from receiving import Receiver

from antonnia.conversations import Conversations
from antonnia_server.events.storage import ledger_search


async def given_ledger(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> tuple[str, str]:
    """Two webhooks; of six deliveries the oldest is pending, and one of the first failed."""
    first = await webhooks.create(receiver.url)
    second = await webhooks.create(receiver.url)
    for _ in range(3):
        await given_session(client)
        await clock.settle()
    rows = sorted(server.rows("deliveries"), key=lambda row: row["id"])
    failed = next(row["id"] for row in rows if row["webhook_id"] == first["id"])
    pending = next(row["id"] for row in rows if row["webhook_id"] == second["id"])
    with server.engine.begin() as connection:
        change = sa.text("UPDATE deliveries SET status = :status WHERE id = :id")
        connection.execute(change, {"status": "failed", "id": failed})
        connection.execute(change, {"status": "pending", "id": pending})
    return first["id"], second["id"]


async def test_a_page_looks_through_so_much_and_the_next_ones_through_the_rest(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_search, "MAX_SEARCHED", 2)
    _, second = await given_ledger(client, webhooks, receiver, clock, server)

    page = await webhooks.http.post(f"{EVENTS}/deliveries/search", json={"status": "pending"})
    found = await webhooks.deliveries(status="pending")
    of_webhook = await webhooks.deliveries(status="pending", webhook_id=second)

    assert (page.json(), "x-next-cursor" in page.headers) == ([], True)
    assert [delivery["webhook_id"] for delivery in found] == [second]
    assert of_webhook == found


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_every_question_finds_what_a_look_at_all_of_them_finds(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    monkeypatch.setattr(ledger_search, "MAX_SEARCHED", 3)
    first, second = await given_ledger(client, webhooks, receiver, clock, server)
    everything = await webhooks.deliveries()
    assert len(everything) == 6

    for webhook_id in (None, first, second):
        for status in (None, "pending", "succeeded", "failed", "exhausted"):
            for event_id in (None, everything[0]["event_id"], everything[-1]["event_id"]):
                wanted = {"webhook_id": webhook_id, "status": status, "event_id": event_id}
                asked = {name: value for name, value in wanted.items() if value is not None}
                found = await webhooks.deliveries(**asked, limit=limit)

                assert found == [
                    delivery
                    for delivery in everything
                    if all(delivery[name] == value for name, value in asked.items())
                ], asked
