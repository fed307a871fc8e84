"""From the log into the ledger: who wants what."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from ..storage import deliveries as ledger
from ..storage import log
from ..storage import webhooks as storage
from ..storage.webhooks import WebhookKey, WebhookRow
from .patterns import is_sent
from .webhooks import schedule_delivery

# How much of the log one unit of work looks through for a webhook.
EVENTS_AT_ONCE = 200


def list_behind(tx: Transaction) -> list[WebhookKey] | None:
    """Whom the log has to be looked through for; None if no webhook of anyone is enabled."""
    behind = storage.list_behind(tx)
    return behind if behind or storage.has_enabled(tx) else None


def fan_out(tx: Transaction, keys: Sequence[WebhookKey]) -> bool:
    """Write what some webhooks want into the ledger, for as much of the log as fits in a unit.

    A delivery is written with the move of the webhook's position, so there is exactly one of each
    event. One process at a time does so; False if that is another one.
    """
    if not tx.try_to_hold("platform", ["fan-out"]):
        return False
    for key in keys:
        caller = Caller(key.organization_id)
        webhook = storage.lock_webhook(tx, caller, key.id)
        # It may have been paused since it was listed.
        if webhook is not None and webhook.status == "enabled":
            _fan_out_to(tx, caller, webhook)
    return True


def _fan_out_to(tx: Transaction, caller: Caller, webhook: WebhookRow) -> None:
    # Read first: what gets its position after this is looked through the next time.
    end = log.find_last_position(tx, webhook.organization_id) or 0
    lines = log.list_lines_after(
        tx, webhook.organization_id, after=webhook.position, limit=EVENTS_AT_ONCE
    )
    if not lines:
        # All that was there has been deleted, because it was too old.
        if webhook.position < end:
            storage.advance(tx, webhook, end)
        return
    wanted = [
        {
            "id": ids.new("dlv"),
            "event_id": line.id,
            "event_type": line.type,
            "position": line.position,
        }
        for line in lines
        if is_sent(webhook.events, line.type, line.object_id, webhook.id)
    ]
    storage.advance(tx, webhook, lines[-1].position)
    if wanted:
        ledger.queue(tx, webhook, wanted)
        schedule_delivery(tx, caller, webhook.id)
