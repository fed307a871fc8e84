"""A webhook's turn: what is due of it, and what became of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from antonnia_server import jobs
from antonnia_server.clock import SECOND, to_datetime
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job
from antonnia_server.settings import WebhookLimits

from .. import wire
from ..storage import deliveries as storage
from ..storage import webhooks
from ..storage.deliveries import DeliveryChange, DueRow
from ..storage.log import EventRow
from ..storage.webhooks import WebhookRow
from .webhooks import disable, schedule_delivery

GONE = 410
# After so many failures in a row it is tried with one delivery at a time.
FAILURES_UNTIL_ONE_AT_A_TIME = 3
# Later than the schedule says, so that those that failed together do not come back together.
MAX_JITTER = 0.1
MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60
# Of a delivery that was queued again and again, the newest attempts are kept.
MAX_ATTEMPTS_KEPT = 50
# In the ledger, beside the attempts that were made.
EVENT_GONE = "its event is no longer kept"
# However large events are: every webhook that has its turn holds so many of them.
MAX_AHEAD_BYTES = 1024 * 1024
Place = tuple[int, int]
BEGINNING: Place = (-1, 0)


class Due(NamedTuple):
    """A delivery to attempt now."""

    id: str
    event_id: str
    attempts: list[dict[str, Any]]
    tries: int
    place: Place
    body: bytes


class Outcome(NamedTuple):
    """What became of an attempt."""

    due: Due
    at: int
    duration_ms: int
    status_code: int | None = None
    error: str | None = None
    excerpt: str | None = None
    retry_after_seconds: int | None = None

    @property
    def is_success(self) -> bool:
        # An answer that did not come to its end has a status and an error.
        return self.error is None and 200 <= (self.status_code or 0) < 300


class Target(NamedTuple):
    """Where a webhook's deliveries go, and what they carry."""

    organization_id: str
    webhook_id: str
    url: str
    headers: dict[str, str]
    secrets: tuple[str, ...]
    at_once: int


class Turn(NamedTuple):
    """How a turn goes on; without a target it ends."""

    target: Target | None
    due: list[Due]


def go_on(
    tx: Transaction,
    caller: Caller,
    job: Job,
    limits: WebhookLimits,
    outcomes: Sequence[Outcome],
    *,
    after: Place,
    at_most: int,
) -> Turn:
    """Write what became of attempts into the ledger; what comes next."""
    webhook = _record(tx, caller, job, limits, outcomes)
    if webhook is None or webhook.status != "enabled":
        return Turn(None, [])
    due: list[Due] = []
    if at_most:
        rows = storage.list_due(
            tx, caller, webhook.id, after=after, limit=at_most, max_bytes=MAX_AHEAD_BYTES
        )
        _give_up_gone(tx, caller, rows)
        due = [_due(row, row.event) for row in rows if row.event is not None]
    return Turn(_target(webhook, limits, tx.now), due)


def end_turn(
    tx: Transaction, caller: Caller, job: Job, limits: WebhookLimits, outcomes: Sequence[Outcome]
) -> None:
    """Write the last of them; the next turn begins when the next attempt is due."""
    webhook = _record(tx, caller, job, limits, outcomes)
    if webhook is not None and webhook.status == "enabled":
        schedule_delivery(tx, caller, webhook.id, is_at_end=True)
    jobs.finish(tx, job)


def _record(
    tx: Transaction,
    caller: Caller,
    job: Job,
    limits: WebhookLimits,
    outcomes: Sequence[Outcome],
) -> WebhookRow | None:
    """The webhook, as it is after these attempts; None if it was deleted."""
    webhook = webhooks.lock_webhook(tx, caller, job.arguments["webhook_id"])
    if webhook is None or not outcomes:
        return webhook
    # One that was queued again during its attempt counts from there.
    tries = storage.list_tries(tx, caller, [each.due.id for each in outcomes])
    changes = [
        _change(each, tries[each.due.id] + 1, limits, tx.now)
        for each in outcomes
        if each.due.id in tries
    ]
    storage.record(tx, caller, changes)
    found = _with_health(webhook, outcomes)
    if found != webhook:
        webhooks.set_health(tx, found)
    reason = _reason_to_disable(found, outcomes, limits, tx.now)
    if reason is None or found.status == "disabled":
        return found
    disable(tx, caller, found, reason)
    return None


def _change(outcome: Outcome, tries: int, limits: WebhookLimits, now: int) -> DeliveryChange:
    due = outcome.due
    attempts = _with(due.attempts, _attempt(outcome))
    status, next_attempt_at = "failed", None
    if outcome.is_success:
        status = "succeeded"
    elif outcome.status_code == GONE or tries > len(limits.retry_seconds):
        status = "exhausted"
    else:
        next_attempt_at = now + _delay(outcome, limits.retry_seconds[tries - 1])
    return DeliveryChange(due.id, status, attempts, tries, next_attempt_at)


def _with(attempts: list[dict[str, Any]], last: dict[str, Any]) -> list[dict[str, Any]]:
    return [*attempts, last][-MAX_ATTEMPTS_KEPT:]


def _delay(outcome: Outcome, scheduled_seconds: int) -> int:
    """Microseconds until the next attempt: as scheduled, or later if the receiver asked for it."""
    asked = min(outcome.retry_after_seconds or 0, MAX_RETRY_AFTER_SECONDS)
    seconds = max(scheduled_seconds, asked)
    return round(seconds * SECOND * random.uniform(1, 1 + MAX_JITTER))


def _attempt(outcome: Outcome) -> dict[str, Any]:
    said = {
        "status_code": outcome.status_code,
        "error": outcome.error,
        "response_excerpt": outcome.excerpt,
    }
    return {
        "at": to_datetime(outcome.at).isoformat(),
        "duration_ms": outcome.duration_ms,
        **{name: value for name, value in said.items() if value is not None},
    }


def _with_health(webhook: WebhookRow, outcomes: Sequence[Outcome]) -> WebhookRow:
    for outcome in outcomes:
        if outcome.is_success:
            webhook = webhook._replace(failing_since=None, failures=0)
        else:
            since = outcome.at if webhook.failing_since is None else webhook.failing_since
            webhook = webhook._replace(failing_since=since, failures=webhook.failures + 1)
    return webhook


def _reason_to_disable(
    webhook: WebhookRow, outcomes: Sequence[Outcome], limits: WebhookLimits, now: int
) -> str | None:
    if any(outcome.status_code == GONE for outcome in outcomes):
        return f"The receiver answered {GONE}: it wants nothing more."
    days = limits.disable_after_days
    if webhook.failing_since is None or now - webhook.failing_since < days * 24 * 3600 * SECOND:
        return None
    return f"Every attempt since {to_datetime(webhook.failing_since):%Y-%m-%d %H:%M} UTC failed."


def _give_up_gone(tx: Transaction, caller: Caller, rows: Sequence[DueRow]) -> None:
    """What cannot be sent any more must not be due for ever, turn after turn."""
    said = {"at": to_datetime(tx.now).isoformat(), "duration_ms": 0, "error": EVENT_GONE}
    gone = [
        DeliveryChange(row.id, "exhausted", _with(row.attempts, said), row.tries, None)
        for row in rows
        if row.event is None
    ]
    if gone:
        storage.record(tx, caller, gone)


def _due(row: DueRow, event: EventRow) -> Due:
    place = (row.due_at, event.position)
    return Due(row.id, event.id, row.attempts, row.tries, place, wire.event(event))


def _target(webhook: WebhookRow, limits: WebhookLimits, now: int) -> Target:
    old = [each["secret"] for each in reversed(webhook.old_secrets) if each["until"] > now]
    is_failing = webhook.failures >= FAILURES_UNTIL_ONE_AT_A_TIME
    at_once = 1 if is_failing else limits.per_endpoint
    secrets = (webhook.secret, *old)
    return Target(
        webhook.organization_id, webhook.id, webhook.url, webhook.headers, secrets, at_once
    )
