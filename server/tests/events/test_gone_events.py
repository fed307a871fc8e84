"""Deliveries whose event is no longer kept."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from given_platform import given_session
from given_webhooks import Webhooks
from in_process import Clock, Server
from receiving import Answer, Receiver

from antonnia.conversations import Conversations
from antonnia_server.events.delivering import AHEAD

PATIENCE_SECONDS = 20


async def test_one_whose_event_is_gone_is_exhausted_and_its_webhook_comes_to_rest(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    await webhooks.create(receiver.url)
    receiver.always(Answer(503))
    await given_session(client)
    await clock.settle()
    delete_events(server)

    async with asyncio.timeout(PATIENCE_SECONDS):  # a turn that comes again at once never ends
        await clock.advance(6)

    [delivery] = await webhooks.deliveries()
    assert (delivery["status"], delivery["next_attempt_at"]) == ("exhausted", None)
    assert [attempt["error"] for attempt in delivery["attempts"]] == [
        None,
        "its event is no longer kept",
    ]
    assert len(receiver.received) == 1


async def test_those_behind_many_whose_events_are_gone_are_delivered(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)
    await webhooks.update(webhook["id"], status="paused")
    for _ in range(AHEAD + 3):
        await given_session(client)
    await webhooks.update(webhook["id"], status="enabled")
    receiver.always(Answer(503))
    await clock.settle()
    delete_events(server)
    receiver.always(Answer())
    kept = await given_session(client)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await clock.advance(60)

    [delivered] = await webhooks.deliveries(status="succeeded")
    assert receiver.received[-1].event["data"]["object"]["id"] == kept.id
    assert receiver.received[-1].webhook_id == delivered["event_id"]
    assert len(await webhooks.deliveries(status="exhausted")) == AHEAD + 3


def delete_events(server: Server) -> None:
    with server.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM events"))
