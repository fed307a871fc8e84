"""The ledger, as its organization sees it and has it repeated."""

from __future__ import annotations

from typing import NamedTuple

from antonnia.events.types import (
    Delivery,
    DeliveryRetry,
    DeliverySearch,
    WebhookRecover,
    WebhookRecovery,
    WebhookSendTest,
)
from antonnia_server import ids
from antonnia_server.clock import to_datetime
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of
from antonnia_server.http.pagination import Listing, window

from .. import wire
from ..errors import DeliveryNotFound, WebhookNotEnabled, WebhookNotFound
from ..storage import deliveries as storage
from ..storage import ledger_search, webhooks
from ..storage.deliveries import DeliveryChange, DeliveryRow
from .log import find_position_before, publish
from .patterns import TEST
from .webhooks import TOPIC, lock_enabled, schedule_delivery

# A recovery goes back however far; so many events of it are counted before it is answered.
MAX_COUNTED = 10_000


def get_delivery(tx: Transaction, caller: Caller, delivery_id: str) -> Delivery:
    return wire.delivery(_find(tx, caller, delivery_id))


def search_deliveries(tx: Transaction, caller: Caller, body: DeliverySearch) -> Listing[Delivery]:
    """Deliveries from the newest to the oldest; what is found of a large part makes a page."""
    wanted = window(body, "deliveries", (str,))
    found, until = ledger_search.list_deliveries(
        tx,
        caller,
        wanted,
        webhook_id=body.webhook_id,
        event_id=body.event_id,
        status=body.status,
    )
    page = wanted.page(found, wire.delivery, lambda row: (row.id,))
    # Nothing is missing on this page, and there may be more behind it.
    return page if until is None else page._replace(next_cursor=wanted.cursor_of((until,)))


def test_webhook(
    tx: Transaction, caller: Caller, webhook_id: str, body: WebhookSendTest
) -> Delivery:
    """Announce `webhook.test`, which this webhook alone is sent as soon as it has its position."""
    webhook = lock_enabled(tx, caller, webhook_id)
    event_id = publish(tx, caller, TEST, wire.announced_webhook(webhook))
    delivery = DeliveryRow(
        organization_id=caller.organization_id,
        id=ids.new("dlv"),
        webhook_id=webhook_id,
        event_id=event_id,
        event_type=TEST,
        position=0,
        status="pending",
        attempts=[],
        tries=0,
        next_attempt_at=None,
        created_at=tx.now,
    )
    storage.create_delivery(tx, delivery)
    return wire.delivery(delivery)


def retry_delivery(
    tx: Transaction, caller: Caller, delivery_id: str, body: DeliveryRetry
) -> Delivery:
    """Try it now, and again as if it were new if that fails."""
    webhook_id = _find(tx, caller, delivery_id).webhook_id
    lock_enabled(tx, caller, webhook_id)
    # Read again: who delivers writes it under the webhook's row.
    found = _find(tx, caller, delivery_id)
    if found.position == 0:
        # Nobody has looked at its event yet; it will be due at once.
        return wire.delivery(found)
    again = found._replace(status="pending", tries=0, next_attempt_at=tx.now)
    change = DeliveryChange(again.id, again.status, again.attempts, again.tries, tx.now)
    storage.record(tx, caller, [change])
    schedule_delivery(tx, caller, webhook_id)
    return wire.delivery(again)


class Counted(NamedTuple):
    """How many events are undelivered of the first ones, and whether there are others."""

    queued: int
    has_more: bool


def count_undelivered(
    tx: Transaction, caller: Caller, webhook_id: str, body: WebhookRecover
) -> Counted:
    """How many of the first events since a time an enabled webhook wants and has not got."""
    webhook = webhooks.find_webhook(tx, caller, webhook_id)
    if webhook is None:
        raise WebhookNotFound(webhook_id)
    if webhook.status != "enabled":
        raise WebhookNotEnabled(webhook_id, webhook.status)
    since = find_position_before(tx, caller, moment_of(body.since, ["body", "since"]))
    until = min(webhook.position, since + MAX_COUNTED)
    queued = storage.count_undelivered(tx, webhook, after=since, until=until)
    return Counted(queued, has_more=until < webhook.position)


def recover_webhook(
    tx: Transaction, caller: Caller, webhook_id: str, body: WebhookRecover, *, counted: Counted
) -> WebhookRecovery:
    """Look through the log again from a time on; what was delivered since then stays delivered.

    It was counted before: to count may take longer than a unit of work should.
    """
    webhook = lock_enabled(tx, caller, webhook_id)
    since = moment_of(body.since, ["body", "since"])
    position = find_position_before(tx, caller, since)
    if position < webhook.position:
        webhooks.advance(tx, webhook, position)
        tx.notify(TOPIC)
    return WebhookRecovery(
        webhook_id=webhook_id,
        since=to_datetime(since),
        queued=counted.queued,
        has_more=counted.has_more,
    )


def _find(tx: Transaction, caller: Caller, delivery_id: str) -> DeliveryRow:
    found = storage.find_delivery(tx, caller, delivery_id)
    if found is None:
        raise DeliveryNotFound(delivery_id)
    return found
