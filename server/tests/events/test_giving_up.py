"""What is due stays due when its job is given up."""

from __future__ import annotations

from given_platform import given_session
from given_webhooks import Webhooks
from in_process import Clock, Server
from receiving import Answer, Receiver

from antonnia.conversations import Conversations
from antonnia_server.db import Transaction
from antonnia_server.events import service
from antonnia_server.events.jobs import delivery_handlers, handlers
from antonnia_server.events.outbound import Guard
from antonnia_server.events.sending import Sender
from antonnia_server.jobs import Handler
from antonnia_server.jobs import service as jobs
from antonnia_server.settings import LogLimits, WebhookLimits

DAY = 24 * 60 * 60


async def test_old_events_are_deleted_although_the_job_was_given_up(
    client: Conversations, webhooks: Webhooks, clock: Clock, server: Server
) -> None:
    await given_session(client)
    await clock.jump(91 * DAY)
    [handler] = [each for each in handlers(LogLimits()) if each.name == "delete_old_events"]
    await give_up(server, handler, lane="")
    assert len(await webhooks.events()) == 1

    await clock.advance(60 * 60)

    assert await webhooks.events() == []


async def test_what_is_due_is_delivered_although_the_turn_was_given_up(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    await webhooks.create(receiver.url)
    receiver.in_turn(Answer(503), Answer())
    await given_session(client)
    await clock.settle()
    await clock.jump(10)
    limits = WebhookLimits()
    sender = Sender(Guard(), server.hand, timeout_seconds=1)
    await give_up(server, delivery_handlers(sender, limits)[0], lane="deliveries")
    assert len(receiver.received) == 1

    await clock.advance(60 * 60)

    assert len(receiver.received) == 2


async def test_what_a_deleted_webhook_left_is_deleted_although_the_job_was_given_up(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)
    await given_session(client)
    await clock.settle()

    def delete_and_give_up(tx: Transaction) -> None:
        # In one unit, so that the runner does not come before.
        service.delete_webhook(tx, server.caller, webhook["id"])
        give_up_in(tx, handler, lane="")

    [handler] = [each for each in handlers(LogLimits()) if each.name == "delete_deliveries"]
    await server.db.write(delete_and_give_up)
    assert len(server.rows("deliveries")) == 1

    await clock.advance(60 * 60)

    assert server.rows("deliveries") == []


async def give_up(server: Server, handler: Handler, *, lane: str) -> None:
    await server.db.write(give_up_in, handler, lane=lane)


def give_up_in(tx: Transaction, handler: Handler, *, lane: str) -> None:
    claimed = jobs.claim(tx, 10, 15, lane=lane)
    [job] = [each for each in claimed.jobs if each.name == handler.name]
    last = job._replace(attempts=handler.max_attempts)
    jobs.fail(tx, last, handler, "it cannot be done")
