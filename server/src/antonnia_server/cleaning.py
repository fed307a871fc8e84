"""Later work of the platform itself: idempotency keys that are no longer kept are deleted."""

from __future__ import annotations

from . import jobs
from .clock import SECOND
from .db import Transaction
from .http import idempotency
from .http.caller import Caller
from .jobs import Handler, Job, RunningJob

DELETE_IDEMPOTENCY_KEYS = "delete_idempotency_keys"
AT_MOST_EVERY = 60 * 60 * SECOND
# At most so many in one transaction, so that no write waits long for it.
PIECE = 500
_PLATFORM = Caller(organization_id="")


def schedule_cleaning(tx: Transaction, *, not_before: int = 0) -> None:
    """Have it done when the oldest key expires."""
    oldest = idempotency.find_oldest(tx)
    expires_at = (tx.now if oldest is None else oldest) + idempotency.KEPT_SECONDS * SECOND
    jobs.schedule(
        tx,
        _PLATFORM,
        DELETE_IDEMPOTENCY_KEYS,
        {},
        due_at=max(expires_at, not_before),
        dedupe_key=DELETE_IDEMPOTENCY_KEYS,
        lock_key=DELETE_IDEMPOTENCY_KEYS,
    )


async def delete_idempotency_keys(job: RunningJob) -> None:
    await job.write_pieces(_delete_piece)
    await job.write(_schedule_next)


def _delete_piece(tx: Transaction, caller: Caller, job: Job) -> bool:
    return idempotency.delete_expired(tx, at_most=PIECE) == PIECE


def _schedule_next(tx: Transaction, caller: Caller, job: Job) -> None:
    schedule_cleaning(tx, not_before=tx.now + AT_MOST_EVERY)
    jobs.finish(tx, job)


HANDLERS = [Handler(DELETE_IDEMPOTENCY_KEYS, delete_idempotency_keys, max_attempts=5)]
