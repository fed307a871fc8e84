"""Later work of the platform itself: idempotency keys that are no longer kept are deleted."""

from __future__ import annotations

from . import jobs
from .clock import SECOND
from .db import Transaction
from .http import idempotency
from .http.caller import Caller
from .jobs import Handler, Job, RunningJob

DELETE_IDEMPOTENCY_KEYS = "delete_idempotency_keys"
EVERY_SECONDS = 60 * 60
# At most so many in one transaction, so that no write waits long for it.
PIECE = 500
_PLATFORM = Caller(organization_id="")


def schedule_cleaning(tx: Transaction) -> None:
    """Have it done from now on; scheduling it again changes nothing."""
    jobs.schedule(
        tx,
        _PLATFORM,
        DELETE_IDEMPOTENCY_KEYS,
        {},
        due_at=tx.now + EVERY_SECONDS * SECOND,
        dedupe_key=DELETE_IDEMPOTENCY_KEYS,
        lock_key=DELETE_IDEMPOTENCY_KEYS,
        # A server that restarts more often than that still comes to it.
        at_most_after=EVERY_SECONDS * SECOND,
    )


async def delete_idempotency_keys(job: RunningJob) -> None:
    while await job.write(_delete_piece) == PIECE:
        pass
    await job.write(_schedule_next)


def _delete_piece(tx: Transaction, caller: Caller, job: Job) -> int:
    return idempotency.delete_expired(tx, at_most=PIECE)


def _schedule_next(tx: Transaction, caller: Caller, job: Job) -> None:
    schedule_cleaning(tx)
    jobs.finish(tx, job)


HANDLERS = [Handler(DELETE_IDEMPOTENCY_KEYS, delete_idempotency_keys, max_attempts=5)]
