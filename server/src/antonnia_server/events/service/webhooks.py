"""Webhooks: who is told of what happens."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from antonnia.events.types import (
    DEFAULT_EVENTS,
    Webhook,
    WebhookCreate,
    WebhookRotate,
    WebhookSearch,
    WebhookUpdate,
    WebhookWithSecret,
)
from antonnia_server import ids, jobs
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid
from antonnia_server.jobs import Job

from .. import wire
from ..errors import TooManySecrets, TooManyWebhooks, WebhookNotEnabled, WebhookNotFound
from ..storage import deliveries as ledger
from ..storage import webhooks as storage
from ..storage.webhooks import OldSecret, WebhookRow
from .log import last_position, publish
from .patterns import DISABLED

# What is told when a webhook may be wanted that was not, or not that much of it.
TOPIC = "webhooks"
DELIVER = "deliver"
DELETE_DELIVERIES = "delete_deliveries"
LANE = "deliveries"
MAX_WEBHOOKS = 100
SECRET_BYTES = 32
OLD_SECRET_SECONDS = 24 * 60 * 60
# Every delivery carries a signature of each of them.
MAX_OLD_SECRETS = 10
# After work that was given up, so long until it is done again.
GIVEN_UP_SECONDS = 60 * 60
# Deliveries that are deleted in one unit of work.
PIECE = 500
# Of these nobody but us says what they are.
_OUR_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_OUR_BEGINNINGS = ("webhook-", "proxy-")


def is_ours(header: str) -> bool:
    """Whether a header is ours to set."""
    name = header.lower()
    return name in _OUR_HEADERS or name.startswith(_OUR_BEGINNINGS)


def create_webhook(tx: Transaction, caller: Caller, body: WebhookCreate) -> WebhookWithSecret:
    """Make a webhook, which is told of what happens from now on."""
    _refuse_headers(body.headers)
    tx.hold("webhooks", caller.organization_id)
    if storage.count_webhooks(tx, caller) >= MAX_WEBHOOKS:
        raise TooManyWebhooks(MAX_WEBHOOKS)
    row = WebhookRow(
        organization_id=caller.organization_id,
        id=ids.new("wh"),
        url=body.url,
        events=list(DEFAULT_EVENTS if body.events is None else body.events),
        description=body.description,
        headers=body.headers or {},
        status="enabled",
        disabled_reason=None,
        secret=_new_secret(),
        old_secrets=[],
        position=last_position(tx, caller),
        failing_since=None,
        failures=0,
        created_at=tx.now,
        updated_at=None,
    )
    storage.create_webhook(tx, row)
    tx.notify(TOPIC)
    return wire.webhook_with_secret(row)


def get_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> Webhook:
    row = storage.find_webhook(tx, caller, webhook_id)
    if row is None:
        raise WebhookNotFound(webhook_id)
    return wire.webhook(row)


def search_webhooks(tx: Transaction, caller: Caller, body: WebhookSearch) -> Listing[Webhook]:
    """Webhooks from the oldest to the newest."""
    wanted = window(body, "webhooks", (int, str))
    found = storage.list_webhooks(tx, caller, wanted, status=body.status)
    return wanted.page(found, wire.webhook, lambda row: (row.created_at, row.id))


def update_webhook(
    tx: Transaction, caller: Caller, webhook_id: str, body: WebhookUpdate
) -> Webhook:
    """Change a webhook. One that was paused goes on where it was; one that was disabled, now."""
    row = lock_webhook(tx, caller, webhook_id)
    changes = body.model_dump(include=body.model_fields_set)
    for name, value in changes.items():
        if value is None and name != "description":
            raise invalid(["body", name], "cannot be null")
    _refuse_headers(body.headers)
    changed = row._replace(**changes)
    if changed == row:
        return wire.webhook(row)
    is_back = row.status == "disabled" and changed.status != "disabled"
    if is_back:
        changed = changed._replace(disabled_reason=None, position=last_position(tx, caller))
    if is_back or changed.url != row.url:
        # What failed there says nothing of what will be.
        changed = changed._replace(failing_since=None, failures=0)
    changed = changed._replace(updated_at=tx.now)
    storage.update_webhook(tx, changed)
    if is_back:
        # The log is not looked through again where they are.
        ledger.queue_waiting(tx, changed)
    if changed.status == "enabled":
        tx.notify(TOPIC)
        schedule_delivery(tx, caller, webhook_id)
    return wire.webhook(changed)


def rotate_webhook(
    tx: Transaction, caller: Caller, webhook_id: str, body: WebhookRotate
) -> WebhookWithSecret:
    """Give it a new secret; each one before signs beside it for a day."""
    row = lock_webhook(tx, caller, webhook_id)
    old = [each for each in row.old_secrets if each["until"] > tx.now]
    if len(old) >= MAX_OLD_SECRETS:
        raise TooManySecrets(webhook_id, MAX_OLD_SECRETS)
    until = tx.now + OLD_SECRET_SECONDS * SECOND
    changed = row._replace(
        secret=_new_secret(),
        old_secrets=[*old, OldSecret(secret=row.secret, until=until)],
        updated_at=tx.now,
    )
    storage.update_webhook(tx, changed)
    return wire.webhook_with_secret(changed)


def delete_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> None:
    """Delete a webhook at once, and its deliveries soon."""
    lock_webhook(tx, caller, webhook_id)
    storage.delete_webhook(tx, caller, webhook_id)
    jobs.schedule(tx, caller, DELETE_DELIVERIES, {"webhook_id": webhook_id}, due_at=tx.now)


def delete_deliveries(tx: Transaction, caller: Caller, job: Job) -> bool:
    """Delete some of what a webhook that is gone has left; whether there is more."""
    webhook_id: str = job.arguments["webhook_id"]
    deleted = ledger.delete_deliveries(tx, caller, webhook_id, at_most=PIECE)
    if deleted < PIECE:
        jobs.finish(tx, job)
    return deleted == PIECE


def delete_deliveries_later(tx: Transaction, caller: Caller, job: Job, error: str) -> None:
    """It was given up; what is left of the webhook must still go."""
    due_at = tx.now + GIVEN_UP_SECONDS * SECOND
    jobs.schedule(tx, caller, DELETE_DELIVERIES, job.arguments, due_at=due_at)


def disable(tx: Transaction, caller: Caller, row: WebhookRow, reason: str) -> None:
    """Send it nothing more, and say so in the log."""
    disabled = row._replace(status="disabled", disabled_reason=reason, updated_at=tx.now)
    storage.update_webhook(tx, disabled)
    publish(tx, caller, DISABLED, wire.announced_webhook(disabled))


def disable_webhooks(tx: Transaction, caller: Caller, reason: str) -> None:
    """Send nothing more to anyone who is told of the organization's events."""
    for row in storage.lock_webhooks(tx, caller.organization_id):
        if row.status != "disabled":
            disable(tx, caller, row, reason)


def lock_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> WebhookRow:
    row = storage.lock_webhook(tx, caller, webhook_id)
    if row is None:
        raise WebhookNotFound(webhook_id)
    return row


def lock_enabled(tx: Transaction, caller: Caller, webhook_id: str) -> WebhookRow:
    row = lock_webhook(tx, caller, webhook_id)
    if row.status != "enabled":
        raise WebhookNotEnabled(webhook_id, row.status)
    return row


def schedule_delivery(
    tx: Transaction,
    caller: Caller,
    webhook_id: str,
    *,
    is_at_end: bool = False,
    not_before: int = 0,
) -> None:
    """Have what is due of a webhook delivered when it is; its row is locked.

    At the end of a turn what is due is due now: whoever has waited longer comes first.
    """
    due_at = ledger.find_next_due(tx, caller.organization_id, webhook_id)
    if due_at is None:
        return
    jobs.schedule(
        tx,
        caller,
        DELIVER,
        {"webhook_id": webhook_id},
        due_at=max(due_at, tx.now, not_before),
        dedupe_key=webhook_id,
        lock_key=f"{DELIVER}:{webhook_id}",
        is_only_sooner=not is_at_end,
        lane=LANE,
    )


def deliver_later(tx: Transaction, caller: Caller, job: Job, error: str) -> None:
    """A turn was given up; what is due of its webhook still is."""
    webhook_id: str = job.arguments["webhook_id"]
    webhook = storage.lock_webhook(tx, caller, webhook_id)
    if webhook is not None and webhook.status == "enabled":
        not_before = tx.now + GIVEN_UP_SECONDS * SECOND
        schedule_delivery(tx, caller, webhook_id, not_before=not_before)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def _refuse_headers(headers: Mapping[str, str] | None) -> None:
    seen: set[str] = set()
    for name in headers or {}:
        if is_ours(name):
            raise invalid(["body", "headers", name], "is a header that only we set")
        if name.lower() in seen:
            raise invalid(["body", "headers", name], "is given twice, in other letters")
        seen.add(name.lower())
