"""A test of a webhook comes, whatever happens to the webhook meanwhile."""

from __future__ import annotations

from given_platform import given_session
from given_webhooks import Webhooks
from in_process import Clock, Server
from receiving import Receiver

from antonnia.conversations import Conversations
from antonnia.events.types import WebhookSendTest
from antonnia_server.db import Transaction
from antonnia_server.events import service
from antonnia_server.events.service.webhooks import disable, lock_webhook


async def test_a_test_that_was_waiting_when_its_webhook_was_disabled_is_sent_after_that(
    client: Conversations, webhooks: Webhooks, receiver: Receiver, clock: Clock, server: Server
) -> None:
    webhook = await webhooks.create(receiver.url)

    def test_and_disable(tx: Transaction) -> None:
        # In one unit: nobody has looked through the log in between.
        service.test_webhook(tx, server.caller, webhook["id"], WebhookSendTest())
        disable(tx, server.caller, lock_webhook(tx, server.caller, webhook["id"]), "410")

    await server.db.write(test_and_disable)
    await given_session(client)
    await clock.settle()
    [waiting] = await webhooks.deliveries()
    assert (waiting["status"], waiting["next_attempt_at"]) == ("pending", None)

    await webhooks.update(webhook["id"], status="enabled")
    await clock.settle()

    [delivery] = await webhooks.deliveries()
    assert delivery["status"] == "succeeded"
    assert receiver.types == ["webhook.test"]
    [row] = server.rows("deliveries")
    [event] = await webhooks.events(types=["webhook.test"])
    assert row["position"] == event["position"]
