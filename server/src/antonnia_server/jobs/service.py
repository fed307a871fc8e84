"""The rules of jobs: when one is due, who may run it, and what follows a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from antonnia_server import ids
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from . import storage
from .job import Handler, caller_of
from .storage import JobRow, Names

TOPIC = "jobs"
MAX_BACKOFF_SECONDS = 600


class Scheduled(NamedTuple):
    """A job that waits, and whether this call made it."""

    id: str
    due_at: int
    is_new: bool


class Claimed(NamedTuple):
    """Jobs to run now, and when to look again if nothing happens before."""

    jobs: list[JobRow]
    next_due_at: int | None


class Waiting(NamedTuple):
    """How much is due and how much runs, and for how many microseconds the oldest has been due."""

    due: int
    running: int
    late: int


def schedule(
    tx: Transaction,
    caller: Caller,
    name: str,
    arguments: dict[str, Any],
    *,
    due_at: int,
    dedupe_key: str | None = None,
    lock_key: str | None = None,
    at_most_after: int | None = None,
    is_only_sooner: bool = False,
    lane: str = "",
) -> Scheduled:
    """Have the handler of `name` run at `due_at`, if this transaction commits.

    While a job of the same `dedupe_key` waits, it is moved instead: but to no later than
    `at_most_after` microseconds after it was first scheduled, or not at all if it `is_only_sooner`
    and would become due later. Of the jobs that share a `lock_key` one runs at a time.
    """
    tx.notify(topic_of(lane))
    waiting = None
    if dedupe_key is not None:
        waiting = storage.find_waiting(tx, caller.organization_id, name, dedupe_key)
    if waiting is not None:
        if at_most_after is not None:
            due_at = min(due_at, waiting.created_at + at_most_after)
        if is_only_sooner:
            due_at = min(due_at, waiting.due_at)
        if storage.move_job(tx, waiting.id, due_at=due_at):
            return Scheduled(waiting.id, due_at, is_new=False)
    job = JobRow(
        id=ids.new("job"),
        organization_id=caller.organization_id,
        name=name,
        lane=lane,
        arguments=arguments,
        due_at=due_at,
        lock_key=lock_key,
        attempts=0,
        fencing_token=0,
        request_id=caller.request_id,
        created_at=tx.now,
    )
    storage.create_job(tx, job, dedupe_key=dedupe_key)
    return Scheduled(job.id, due_at, is_new=True)


def topic_of(lane: str) -> str:
    """What those are woken by who look for jobs of a lane."""
    return f"{TOPIC}:{lane}" if lane else TOPIC


def claim(
    tx: Transaction,
    limit: int,
    lease_seconds: int,
    running: Collection[str] = (),
    names: Names = None,
    *,
    lane: str = "",
    share: int | None = None,
) -> Claimed:
    """Take up to `limit` jobs of a lane that are due or that a dead worker has left.

    With `names` only those: another worker, of a newer version, may know what this one does not.

    Those of the ids `running` are with the caller, who is alive: a clock that was set forward, or
    a storage that took no heartbeat, has ended their leases, and they get new ones. Where there is
    a `share`, no organization has more jobs at a time than that, in all processes.
    """
    lease_until = tx.now + lease_seconds * SECOND
    abandoned = storage.list_abandoned(tx, limit + len(running), names, lane=lane)
    own = [job for job in abandoned if job.id in running]
    storage.extend_leases(tx, own, lease_seconds)
    left = [job for job in abandoned if job.id not in running][:limit]
    claimed = [storage.claim(tx, job, lease_until=lease_until) for job in left]
    due = _first_of_each_lock(_list_due(tx, limit - len(claimed), names, lane, share))
    free = storage.take_locks(tx, {job.lock_key for job in due if job.lock_key is not None})
    for job in due:
        if job.lock_key is None or job.lock_key in free:
            claimed.append(storage.claim(tx, job, lease_until=lease_until))
    return Claimed(claimed, find_next_due(tx, lane))


def _first_of_each_lock(due: list[JobRow]) -> list[JobRow]:
    locks: set[str] = set()
    first: list[JobRow] = []
    for job in due:
        if job.lock_key is None or job.lock_key not in locks:
            first.append(job)
        if job.lock_key is not None:
            locks.add(job.lock_key)
    return first


def _list_due(
    tx: Transaction, limit: int, names: Names, lane: str, share: int | None
) -> list[JobRow]:
    """Jobs that may run now, oldest first, but no more of an organization than its share."""
    if share is None or limit <= 0:
        return storage.list_due(tx, limit, names, lane=lane)
    counts = Counter(storage.count_running_of_each(tx, lane))
    taken: dict[str, JobRow] = {}
    while len(taken) < limit:
        full = [organization for organization, count in counts.items() if count >= share]
        found = storage.list_due(tx, limit, names, lane=lane, without=full)
        fresh = [job for job in found if job.id not in taken]
        for job in fresh:
            if len(taken) < limit and counts[job.organization_id] < share:
                counts[job.organization_id] += 1
                taken[job.id] = job
        # What was passed over hides what lies behind it, until its organization is left out.
        if len(found) < limit or not fresh:
            break
    return list(taken.values())


def find_next_due(tx: Transaction, lane: str = "") -> int | None:
    """When the next job becomes due, or the lease of one ends, if nothing happens before."""
    moments = (storage.find_next_due(tx, lane), storage.find_next_lease_end(tx, lane))
    return min((moment for moment in moments if moment is not None), default=None)


def look_at_waiting(tx: Transaction) -> Waiting:
    """What waits at this moment, of all organizations."""
    due, oldest_due_at = storage.count_due(tx)
    late = 0 if oldest_due_at is None else tx.now - oldest_due_at
    return Waiting(due, storage.count_running(tx), late)


def end_all_leases(tx: Transaction) -> None:
    """Have every job that was running run again, at once.

    Only for a process that owns the database alone, before its runner starts: whoever held the
    leases is gone.
    """
    storage.end_all_leases(tx)


def finish(tx: Transaction, job: JobRow) -> None:
    """The job is done, in the transaction of its last effect."""
    deleted = storage.delete_job(tx, job)
    assert deleted, f"job {job.id} is not held by this worker"
    if job.lock_key is not None:
        tx.notify(topic_of(job.lane))


def postpone(tx: Transaction, job: JobRow, *, due_at: int) -> None:
    """Run the job again at `due_at`; this is not a failure and costs no attempt."""
    storage.release_job(tx, job, status="pending", due_at=due_at, attempts=0, last_error=None)
    tx.notify(topic_of(job.lane))


def give_back(tx: Transaction, job: JobRow, delay_seconds: float) -> None:
    """Run the job again after a while; whoever had it could not do it, through no fault of it."""
    storage.release_job(
        tx,
        job,
        status="pending",
        due_at=tx.now + round(delay_seconds * SECOND),
        attempts=job.attempts - 1,
        last_error=None,
    )
    tx.notify(topic_of(job.lane))


def is_exhausted(job: JobRow, handler: Handler | None) -> bool:
    """Whether the job, having failed once more, is parked instead of tried again."""
    return handler is None or job.attempts >= handler.max_attempts


def fail(tx: Transaction, job: JobRow, handler: Handler | None, error: str) -> None:
    """Have a failed job tried again after a while, or park it where an operator sees it."""
    if not storage.is_held(tx, job):
        return
    tx.notify(topic_of(job.lane))
    if not is_exhausted(job, handler):
        delay_seconds = min(2 ** (job.attempts - 1), MAX_BACKOFF_SECONDS)
        storage.release_job(
            tx,
            job,
            status="pending",
            due_at=tx.now + delay_seconds * SECOND,
            attempts=job.attempts,
            last_error=error,
        )
        return
    if handler is not None and handler.give_up is not None:
        handler.give_up(tx, caller_of(job), job, error)
    storage.release_job(
        tx, job, status="parked", due_at=job.due_at, attempts=job.attempts, last_error=error
    )
