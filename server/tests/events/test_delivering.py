"""An event on its way to those who are told of it."""

from __future__ import annotations

from given_platform import given_message, given_session
from given_webhooks import Json, Webhooks
from in_process import Clock, RecordedEvents
from receiving import Answer, Receiver

from antonnia.conversations import Conversations


async def test_what_happens_is_sent_to_a_webhook(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    await webhooks.create(receiver.url, events=["*"])

    session = await given_session(client)
    await given_message(client, session)
    await clock.settle()

    # They begin in order; on two connections the second may be the faster one.
    first, second = sorted((received.event for received in receiver.received), key=position)
    assert [first["type"], second["type"]] == ["session.created", "message.created"]
    assert first["data"]["object"]["id"] == session.id


def position(event: Json) -> int:
    number: int = event["position"]
    return number


async def test_a_delivery_is_the_event_as_it_is_in_the_log(
    client: Conversations,
    webhooks: Webhooks,
    receiver: Receiver,
    clock: Clock,
    events: RecordedEvents,
) -> None:
    await webhooks.create(receiver.url)
    await given_session(client)
    await clock.settle()

    [received] = receiver.received
    [logged] = events.all()
    read = await webhooks.http.get(f"/events/v1/events/{logged['id']}")
    assert received.body == read.content
    assert received.webhook_id == logged["id"]
    [listed] = await webhooks.events()
    assert listed == received.event


async def test_the_ledger_says_what_became_of_each_event(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    webhook = await webhooks.create(receiver.url)
    receiver.always(Answer(200, body=b"thanks"))
    await given_session(client)
    await clock.settle()

    [delivery] = await webhooks.deliveries()

    [attempt] = delivery["attempts"]
    assert delivery["status"] == "succeeded"
    assert delivery["webhook_id"] == webhook["id"]
    assert delivery["event_type"] == "session.created"
    assert delivery["next_attempt_at"] is None
    assert (attempt["status_code"], attempt["response_excerpt"]) == (200, "thanks")
    assert attempt["error"] is None


async def test_what_failed_is_sent_again_byte_for_byte(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock
) -> None:
    await webhooks.create(receiver.url)
    receiver.in_turn(Answer(500), Answer(is_reset=True), Answer(200))
    await given_session(client)

    await clock.settle()
    [failed] = await webhooks.deliveries(status="failed")
    assert failed["next_attempt_at"] is not None
    await clock.advance(6)
    await clock.advance(330)

    [delivery] = await webhooks.deliveries()
    assert delivery["status"] == "succeeded"
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, None, 200]
    assert len({received.body for received in receiver.received}) == 1
    assert len({received.webhook_id for received in receiver.received}) == 1
