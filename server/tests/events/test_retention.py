"""The log and the ledger are kept for so long, and nobody misses what was deleted in silence."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from given_platform import given_session
from given_webhooks import Webhooks
from in_process import START, Clock, Place, Server, Template, serving
from receiving import Receiver, receiving

from antonnia.conversations import Conversations
from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.events.service import log
from antonnia_server.settings import LogLimits, WebhookLimits

DAY = 24 * 60 * 60
PATIENCE_SECONDS = 20


@pytest.fixture
async def server(template: Template, database: Place) -> AsyncIterator[Server]:
    hand = HandClock(from_datetime(START))
    webhooks = WebhookLimits(allows_private=True)
    log = LogLimits(kept_days=7)
    async with serving(database, template, hand, webhooks=webhooks, log=log) as server:
        yield server


async def test_what_is_too_old_is_deleted_and_what_is_not_is_kept(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    await webhooks.create(receiver.url)
    for _ in range(3):
        await given_session(client)
    await clock.advance(4 * DAY)
    await given_session(client)
    await clock.advance(4 * DAY)

    assert [event["position"] for event in await webhooks.events()] == [4]
    assert [delivery["status"] for delivery in await webhooks.deliveries()] == ["succeeded"]
    [horizon] = server.rows("event_horizons")
    assert horizon["deleted_position"] == 3


async def test_a_search_begins_behind_what_was_deleted(
    client: Conversations, webhooks: Webhooks, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MAX_SEARCHED", 2)
    for _ in range(3):
        await given_session(client)
    await clock.advance(8 * DAY)
    await given_session(client)
    await clock.settle()

    found = await webhooks.http.post("/events/v1/events/search", json={})

    assert [event["position"] for event in found.json()] == [4]


async def test_positions_go_on_where_they_were(
    client: Conversations, webhooks: Webhooks, clock: Clock
) -> None:
    await given_session(client)
    await clock.advance(8 * DAY)
    assert await webhooks.events() == []

    await given_session(client)
    await clock.settle()

    assert [event["position"] for event in await webhooks.events()] == [2]


async def test_one_that_was_paused_for_too_long_is_disabled_and_others_are_told(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    paused = await webhooks.create(receiver.url)
    await webhooks.update(paused["id"], status="paused")
    async with receiving() as other:
        await webhooks.create(other.url, events=["webhook.disabled"])
        await given_session(client)
        await clock.advance(8 * DAY)

        [told] = other.received
    assert told.event["data"]["object"]["id"] == paused["id"]
    assert "paused" in (await webhooks.get(paused["id"]))["disabled_reason"]


def test_the_log_is_kept_for_longer_than_a_delivery_can_be_tried() -> None:
    [kept] = [each for each in dataclasses.fields(LogLimits) if each.name == "kept_days"]
    # A receiver may ask for a day each time, and a tenth comes on top.
    longest = 1.1 * sum(max(seconds, DAY) for seconds in WebhookLimits().retry_seconds)

    assert kept.metadata["least"] * DAY > longest


@pytest.mark.postgres_only
async def test_one_that_is_changed_while_old_events_are_deleted_stays_as_it_was_changed(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)
    await webhooks.update(webhook["id"], status="paused")
    await given_session(client)
    await clock.settle()

    with server.engine.begin() as other:
        other.execute(sa.text("UPDATE webhooks SET status = 'enabled', secret = 'whsec_bmV3'"))
        deleting = asyncio.create_task(clock.advance(8 * DAY))
        await until_somebody_waits(server)
    await deleting

    [row] = server.rows("webhooks")
    assert (row["status"], row["secret"]) == ("enabled", "whsec_bmV3")
    assert receiver.types == ["session.created"]


async def until_somebody_waits(server: Server) -> None:
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with server.engine.connect() as connection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not connection.execute(query).scalar_one():  # a thread waits
                connection.rollback()
                await asyncio.sleep(0.01)


async def test_the_log_is_searched_by_type_object_and_time(
    client: Conversations, webhooks: Webhooks, clock: Clock
) -> None:
    first = await given_session(client)
    await clock.advance(60)
    since = clock.now.isoformat()
    second = await given_session(client)
    await client.sessions.finish(first.id)
    await clock.settle()

    by_type = await webhooks.events(types=["session.created"], limit=1)
    by_object = await webhooks.events(object_id=first.id)
    by_time = await webhooks.events(since=since)

    assert [event["data"]["object"]["id"] for event in by_type] == [first.id, second.id]
    assert [event["type"] for event in by_object] == ["session.created", "session.finished"]
    assert [event["position"] for event in by_time] == [2, 3]
