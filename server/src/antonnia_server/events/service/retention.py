"""How long the log and the ledger are kept."""

from __future__ import annotations

from antonnia_server import jobs
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job

from ..storage import deliveries as ledger
from ..storage import log as storage
from ..storage import webhooks
from .webhooks import disable

DELETE_OLD_EVENTS = "delete_old_events"
DAY = 24 * 60 * 60 * SECOND
AT_MOST_EVERY = 60 * 60 * SECOND
# At most so many in one transaction, so that no write waits long for it.
PIECE = 200
_PLATFORM = Caller(organization_id="")
_LOST = "It was paused for longer than the log is kept, and would have missed events in silence."


def schedule_retention(tx: Transaction, *, kept_days: int, not_before: int = 0) -> None:
    """Have it done when the oldest event has been kept for long enough."""
    oldest = storage.find_oldest_moment(tx)
    expires_at = (tx.now if oldest is None else oldest) + kept_days * DAY
    jobs.schedule(
        tx,
        _PLATFORM,
        DELETE_OLD_EVENTS,
        {},
        due_at=max(expires_at, not_before),
        dedupe_key=DELETE_OLD_EVENTS,
        lock_key=DELETE_OLD_EVENTS,
    )


def list_organizations(tx: Transaction, caller: Caller) -> list[str]:
    return storage.list_organizations(tx)


def delete_old_events(
    tx: Transaction, caller: Caller, job: Job, organization_id: str, *, kept_days: int
) -> bool:
    """Delete some of the events of an organization that are too old; whether there may be more.

    What was to be delivered of them goes with them, but what has not come into the ledger of a
    webhook yet waits for that. One that is paused and has not come so far is disabled, and the
    organization told.
    """
    old = [
        event
        for event in storage.list_oldest(tx, organization_id, limit=PIECE)
        if event.created_at <= tx.now - kept_days * DAY
    ]
    if not old:
        return False
    # Decided on the locked rows: one may have been enabled, rotated or recovered meanwhile.
    locked = webhooks.lock_webhooks(tx, organization_id)
    wanted_from = min((row.position for row in locked if row.status == "enabled"), default=None)
    if wanted_from is not None:
        old = [event for event in old if event.position <= wanted_from]
    if not old:
        return False
    owner = Caller(organization_id)
    for webhook in locked:
        if webhook.status == "paused" and webhook.position < old[-1].position:
            disable(tx, owner, webhook, _LOST)
    ledger.delete_deliveries_of(tx, organization_id, old)
    # Those that are too old may stand among younger ones, as clocks of machines differ.
    storage.delete_events(tx, organization_id, old)
    return len(old) == PIECE


def schedule_retention_later(tx: Transaction, *, kept_days: int) -> None:
    """Have it done again, but not soon: it has just ended, or been given up."""
    schedule_retention(tx, kept_days=kept_days, not_before=tx.now + AT_MOST_EVERY)


def end_retention(tx: Transaction, caller: Caller, job: Job, *, kept_days: int) -> None:
    schedule_retention_later(tx, kept_days=kept_days)
    jobs.finish(tx, job)
