"""Receivers that fail: how often they are tried, and when no more."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sqlalchemy as sa
from given_platform import given_session
from given_webhooks import EVENTS, Webhooks, refusal
from in_process import Clock, RecordedEvents, Server
from receiving import Answer, Received, Receiver, receiving

from antonnia.conversations import Conversations
from antonnia.events.types import WebhookRecover
from antonnia_server.events.errors import WebhookNotEnabled
from antonnia_server.events.service import deliveries

DAY = 24 * 60 * 60
SCHEDULE = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


async def test_it_is_tried_on_the_schedule_and_then_no_more(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    await webhooks.create(receiver.url)
    receiver.always(Answer(503))
    await given_session(client)
    await clock.settle()

    for number, seconds in enumerate(SCHEDULE):
        [delivery] = await webhooks.deliveries()
        wait = (datetime.fromisoformat(delivery["next_attempt_at"]) - clock.now).total_seconds()
        assert seconds <= wait <= seconds * 1.1
        await clock.advance(wait - 1)
        assert len(receiver.received) == number + 1
        await clock.advance(1)
        assert len(receiver.received) == number + 2
    await clock.advance(2 * DAY)

    [delivery] = await webhooks.deliveries(status="exhausted")
    assert len(receiver.received) == len(delivery["attempts"]) == 10
    assert delivery["next_attempt_at"] is None


async def test_one_that_is_queued_again_during_an_attempt_counts_from_there(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    def queue_it_again(received: Received) -> Answer:
        if len(receiver.received) == 2:
            with server.engine.begin() as connection:
                connection.execute(sa.text("UPDATE deliveries SET status = 'pending', tries = 0"))
        return Answer(503)

    await webhooks.create(receiver.url)
    receiver.decide = queue_it_again
    await given_session(client)
    await clock.settle()
    await clock.advance(6)
    assert len(receiver.received) == 2

    await clock.advance(6)

    assert len(receiver.received) == 3
    [delivery] = server.rows("deliveries")
    assert delivery["tries"] == 2


async def test_a_receiver_may_ask_to_be_left_alone_for_longer_but_not_for_ever(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    await webhooks.create(receiver.url)
    receiver.in_turn(
        Answer(429, {"retry-after": "3600"}), Answer(503, {"retry-after": "99999999"}), Answer()
    )
    await given_session(client)

    await clock.advance(3590)
    assert len(receiver.received) == 1
    await clock.advance(400)
    assert len(receiver.received) == 2
    await clock.advance(1.2 * DAY)
    assert len(receiver.received) == 3


async def test_a_receiver_that_wants_nothing_more_is_sent_nothing_more(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    events: RecordedEvents,
) -> None:
    webhook = await webhooks.create(receiver.url)
    receiver.always(Answer(410))
    await given_session(client)
    await clock.settle()
    await given_session(client)
    await clock.advance(DAY)

    read = await webhooks.get(webhook["id"])
    [announced] = events.of_type("webhook.disabled")
    assert len(receiver.received) == 1
    assert read["status"] == "disabled"
    assert "410" in read["disabled_reason"]
    assert json.loads(announced["data"])["object"] == read


async def test_one_that_has_only_failed_for_five_days_is_disabled_and_others_are_told(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    failing = await webhooks.create(receiver.url, events=["session.created"])
    receiver.always(Answer(500))
    async with receiving() as other:
        await webhooks.create(other.url, events=["webhook.disabled"])
        await given_session(client)
        await clock.advance(4.9 * DAY)
        assert (await webhooks.get(failing["id"]))["status"] == "enabled"
        await given_session(client)
        await clock.advance(0.2 * DAY)

        [told] = other.received
        assert told.event["data"]["object"]["id"] == failing["id"]
    assert (await webhooks.get(failing["id"]))["status"] == "disabled"


async def test_a_success_ends_a_row_of_failures(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url)
    receiver.always(Answer(500))
    await given_session(client)
    await clock.advance(3 * DAY)
    receiver.always(Answer(200))
    await given_session(client)
    await clock.settle()
    receiver.always(Answer(500))
    await given_session(client)
    await clock.advance(4 * DAY)

    assert (await webhooks.get(webhook["id"]))["status"] == "enabled"


async def test_what_happens_during_a_pause_is_sent_after_it(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url)
    await webhooks.update(webhook["id"], status="paused")
    await given_session(client)
    await clock.advance(DAY)
    assert receiver.received == []

    await webhooks.update(webhook["id"], status="enabled")
    await clock.settle()

    assert receiver.types == ["session.created"]


async def test_one_that_is_enabled_again_goes_on_now_and_can_recover_the_rest(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url)
    since = clock.now.isoformat()
    await given_session(client)
    await clock.settle()
    receiver.always(Answer(410))
    await given_session(client)
    await clock.settle()
    await given_session(client)
    await clock.settle()
    receiver.always(Answer(200))
    await webhooks.update(webhook["id"], status="enabled")
    await clock.settle()
    assert len(receiver.received) == 2

    recovery = await webhooks.recover(webhook["id"], since)
    await clock.settle()

    assert recovery["queued"] == 2
    ledger = await webhooks.deliveries()
    assert [delivery["status"] for delivery in ledger] == ["succeeded"] * 3
    assert len(receiver.received) == 4
    assert (await webhooks.recover(webhook["id"], since))["queued"] == 0


async def test_of_a_recovery_only_so_many_events_are_counted_and_all_are_sent(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliveries, "MAX_COUNTED", 3)
    webhook = await webhooks.create(receiver.url)
    since = clock.now.isoformat()
    receiver.always(Answer(503))
    for _ in range(4):
        await given_session(client)
    await clock.settle()
    receiver.always(Answer())
    sent = len(receiver.received)

    recovery = await webhooks.recover(webhook["id"], since)
    await clock.settle()

    assert (recovery["queued"], recovery["has_more"]) == (3, True)
    assert len(receiver.received) == sent + 4


async def test_for_one_that_is_not_enabled_nothing_is_counted(
    webhooks: Webhooks, server: Server, clock: Clock
) -> None:
    webhook = await webhooks.create("https://receiver.example/")
    await webhooks.update(webhook["id"], status="paused")
    body = WebhookRecover(since=clock.now)

    with pytest.raises(WebhookNotEnabled):
        await server.db.read(deliveries.count_undelivered, server.caller, webhook["id"], body)


async def test_a_delivery_is_repeated_on_demand(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    await webhooks.create(receiver.url)
    await given_session(client)
    await clock.settle()
    [delivery] = await webhooks.deliveries()

    await webhooks.retry(delivery["id"])
    await clock.settle()

    [repeated] = await webhooks.deliveries()
    assert len(repeated["attempts"]) == len(receiver.received) == 2
    assert repeated["status"] == "succeeded"
    assert receiver.received[0].webhook_id == receiver.received[1].webhook_id


async def test_a_test_is_sent_to_its_webhook_alone_whatever_that_wants(
    webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url, events=["session.created"])
    async with receiving() as other:
        await webhooks.create(other.url, events=["*"])
        delivery = await webhooks.test(webhook["id"])
        await clock.settle()

        assert other.received == []
    assert receiver.types == ["webhook.test"]
    assert "secret" not in receiver.received[0].event["data"]["object"]
    [listed] = await webhooks.deliveries(event_id=delivery["event_id"])
    assert (listed["id"], listed["status"]) == (delivery["id"], "succeeded")


async def test_one_that_is_not_enabled_is_not_tested(webhooks: Webhooks) -> None:
    webhook = await webhooks.create("https://receiver.example/")
    await webhooks.update(webhook["id"], status="paused")

    response = await webhooks.http.post(f"{EVENTS}/webhooks/{webhook['id']}/test")

    assert refusal(response) == (422, "webhook_not_enabled")


async def test_a_dead_receiver_delays_nobody_else(
    client: Conversations, webhooks: Webhooks, receiver: Receiver
) -> None:
    async with receiving() as dead:
        dead.always(Answer(is_silent=True))
        await webhooks.create(dead.url)
        await webhooks.create(receiver.url)
        for number in range(20):
            await given_session(client)
            # Without the clock: its answer would wait for the dead one.
            await receiver.until(number + 1)

        assert len(dead.received) < 20


async def test_one_that_fails_is_tried_with_one_delivery_at_a_time(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url)
    receiver.always(Answer(500))
    for _ in range(3):
        await given_session(client)
        await clock.settle()
    await webhooks.update(webhook["id"], status="paused")
    for _ in range(5):
        await given_session(client)
    receiver.most_under_way = 0
    await webhooks.update(webhook["id"], status="enabled")
    await clock.settle()

    assert len(receiver.received) == 8
    assert receiver.most_under_way == 1
