"""The SQL of jobs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from antonnia_server.clock import SECOND
from antonnia_server.db import Statement, Transaction

from .tables import jobs

# Of which jobs, on PostgreSQL; None for all.
Names = list[str] | None


class JobRow(NamedTuple):
    id: str
    organization_id: str
    name: str
    lane: str
    arguments: dict[str, Any]
    due_at: int
    lock_key: str | None
    attempts: int
    fencing_token: int
    request_id: str | None
    created_at: int


class _Due(NamedTuple):
    due_at: int


class _Holder(NamedTuple):
    lock_key: str


class _Counted(NamedTuple):
    number: int
    oldest: int | None


_t = jobs.c
_COLUMNS = tuple(_t[name] for name in JobRow._fields)
# Written out, because SQLite uses a partial index only for a condition that it can read.
_IS_PENDING = sa.text("jobs.status = 'pending'")
_IS_RUNNING = sa.text("jobs.status = 'running'")
_holder = jobs.alias("holder")
_HOLDER_IS_RUNNING = sa.text("holder.status = 'running'")
_INSERT: Statement[JobRow] = Statement(sa.insert(jobs))
_FIND_WAITING = Statement(
    sa.select(*_COLUMNS).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.name == sa.bindparam("name"),
        _t.dedupe_key == sa.bindparam("dedupe_key"),
    ),
    JobRow,
)
_MOVE: Statement[JobRow] = Statement(
    sa.update(jobs)
    .where(_t.id == sa.bindparam("job"), _IS_PENDING, _t.dedupe_key.is_not(None))
    .values(due_at=sa.bindparam("due_at"))
)


_IS_IN_LANE = _t.lane == sa.bindparam("lane")


def _due(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    is_free = sa.or_(
        _t.lock_key.is_(None),
        ~sa.exists().where(_HOLDER_IS_RUNNING, _holder.c.lock_key == _t.lock_key),
    )
    return (
        sa.select(*_COLUMNS)
        .where(_IS_PENDING, _IS_IN_LANE, _t.due_at <= sa.bindparam("now"), is_free, *conditions)
        .order_by(_t.due_at, _t.id)
        .limit(sa.bindparam("limit"))
        .with_for_update(of=jobs, skip_locked=True)
    )


def _abandoned(*conditions: sa.ColumnElement[bool]) -> Statement[JobRow]:
    return Statement(
        sa.select(*_COLUMNS)
        .where(_IS_RUNNING, _IS_IN_LANE, _t.lease_until <= sa.bindparam("now"), *conditions)
        .order_by(_t.lease_until)
        .limit(sa.bindparam("limit"))
        .with_for_update(skip_locked=True),
        JobRow,
    )


_LIST_DUE = Statement(_due(), JobRow)
_LIST_ABANDONED = _abandoned()
# Where there are others, on PostgreSQL.
_IS_KNOWN = _t.name == sa.any_(sa.bindparam("names", type_=ARRAY(sa.Text)))
_LIST_KNOWN_DUE = Statement(_due(_IS_KNOWN), JobRow)
_LIST_KNOWN_ABANDONED = _abandoned(_IS_KNOWN)
_TAKE: Statement[JobRow] = Statement(
    sa.update(jobs)
    .where(_t.id == sa.bindparam("job"))
    .values(
        status="running",
        dedupe_key=None,
        attempts=_t.attempts + 1,
        fencing_token=_t.fencing_token + 1,
        lease_until=sa.bindparam("lease_until"),
    )
)
_NEXT_DUE = Statement(
    sa.select(_t.due_at)
    .where(_IS_PENDING, _t.lane == sa.bindparam("lane"), _t.due_at > sa.bindparam("now"))
    .order_by(_t.due_at)
    .limit(1),
    _Due,
)
_NEXT_LEASE_END = Statement(
    sa.select(_t.lease_until)
    .where(
        _IS_RUNNING,
        _t.lane == sa.bindparam("lane"),
        _t.lease_until > sa.bindparam("now"),
    )
    .order_by(_t.lease_until)
    .limit(1),
    _Due,
)
_COUNT_DUE = Statement(
    sa.select(sa.func.count(), sa.func.min(_t.due_at)).where(
        _IS_PENDING, _t.due_at <= sa.bindparam("now")
    ),
    _Counted,
)
_COUNT_RUNNING = Statement(
    sa.select(sa.func.count(), sa.func.min(_t.lease_until)).where(_IS_RUNNING), _Counted
)
_held = (
    _t.id == sa.bindparam("job"),
    _t.status == "running",
    _t.fencing_token == sa.bindparam("token"),
)
_FIND_HELD = Statement(sa.select(*_COLUMNS).where(*_held).with_for_update(), JobRow)
_LIST_HOLDERS = Statement(
    sa.select(_t.lock_key).where(
        _IS_RUNNING, _t.lock_key == sa.any_(sa.bindparam("lock_keys", type_=ARRAY(sa.Text)))
    ),
    _Holder,
)
_DELETE: Statement[JobRow] = Statement(sa.delete(jobs).where(*_held))
_RELEASE: Statement[JobRow] = Statement(
    sa.update(jobs)
    .where(*_held)
    .values(
        status=sa.bindparam("new_status"),
        due_at=sa.bindparam("due_at"),
        attempts=sa.bindparam("attempts"),
        last_error=sa.bindparam("last_error"),
    )
)


def create_job(tx: Transaction, job: JobRow, *, dedupe_key: str | None) -> None:
    _INSERT.send(
        tx,
        **job._asdict(),
        dedupe_key=dedupe_key,
        status="pending",
        lease_until=0,
        last_error=None,
    )


def find_waiting(
    tx: Transaction, organization_id: str, name: str, dedupe_key: str
) -> JobRow | None:
    return _FIND_WAITING.find(tx, organization_id=organization_id, name=name, dedupe_key=dedupe_key)


def move_job(tx: Transaction, job_id: str, *, due_at: int) -> bool:
    """Move a job that waits; False if it has begun to run meanwhile."""
    return _MOVE.run(tx, job=job_id, due_at=due_at) == 1


def list_due(
    tx: Transaction,
    limit: int,
    names: Names = None,
    *,
    lane: str = "",
    without: Collection[str] = (),
) -> list[JobRow]:
    """Jobs that may run now, oldest first; several of them may share a lock.

    Those that another worker is taking at this moment are passed over, and those of the
    organizations `without`.
    """
    if without:
        known = () if names is None else (_t.name.in_(names),)
        query = _due(_t.organization_id.not_in(without), *known)
        values = {"lane": lane, "now": tx.now, "limit": limit}
        with tx.connection.execute(query, values) as rows:
            return [JobRow._make(row) for row in rows]
    if names is None:
        return _LIST_DUE.all(tx, lane=lane, now=tx.now, limit=limit)
    return _LIST_KNOWN_DUE.all(tx, lane=lane, now=tx.now, limit=limit, names=names)


def count_running_of_each(tx: Transaction, lane: str) -> dict[str, int]:
    """How many jobs of a lane run, by organization."""
    query = (
        sa.select(_t.organization_id, sa.func.count())
        .where(_IS_RUNNING, _t.lane == lane)
        .group_by(_t.organization_id)
    )
    with tx.connection.execute(query) as rows:
        return {row[0]: row[1] for row in rows}


def list_abandoned(
    tx: Transaction, limit: int, names: Names = None, *, lane: str = ""
) -> list[JobRow]:
    """Running jobs whose worker has not been heard of within the lease."""
    if names is None:
        return _LIST_ABANDONED.all(tx, lane=lane, now=tx.now, limit=limit)
    return _LIST_KNOWN_ABANDONED.all(tx, lane=lane, now=tx.now, limit=limit, names=names)


def take_locks(tx: Transaction, lock_keys: Collection[str]) -> set[str]:
    """Those of which no job runs, and nobody else begins one in this transaction's time.

    What `list_due` says of them can be out of date where others claim too.
    """
    if not tx.is_postgres or not lock_keys:
        return set(lock_keys)
    held = tx.try_to_hold("job lock", lock_keys)
    return held - {holder.lock_key for holder in _LIST_HOLDERS.all(tx, lock_keys=list(held))}


def claim(tx: Transaction, job: JobRow, *, lease_until: int) -> JobRow:
    """Take a job that was listed, and so is locked."""
    _TAKE.send(tx, job=job.id, lease_until=lease_until)
    return job._replace(attempts=job.attempts + 1, fencing_token=job.fencing_token + 1)


def find_next_lease_end(tx: Transaction, lane: str) -> int | None:
    """When the next job of a worker that is not heard of any more may be taken over."""
    found = _NEXT_LEASE_END.find(tx, lane=lane, now=tx.now)
    return None if found is None else found.due_at


def find_next_due(tx: Transaction, lane: str) -> int | None:
    """When the next job becomes due, of those that are not due yet.

    One that is due already waits for a lock or for room, and would hide when the next one is due.
    """
    found = _NEXT_DUE.find(tx, lane=lane, now=tx.now)
    return None if found is None else found.due_at


def count_due(tx: Transaction) -> tuple[int, int | None]:
    """How many jobs are due and do not run, and since when the oldest."""
    found = _COUNT_DUE.find(tx, now=tx.now)
    assert found is not None, "an aggregate is one row"
    return found.number, found.oldest


def count_running(tx: Transaction) -> int:
    found = _COUNT_RUNNING.find(tx)
    assert found is not None, "an aggregate is one row"
    return found.number


def is_held(tx: Transaction, job: JobRow) -> bool:
    """Whether this claim of the job is still the newest; it stays so to the end of the unit."""
    return _FIND_HELD.find(tx, job=job.id, token=job.fencing_token) is not None


def delete_job(tx: Transaction, job: JobRow) -> bool:
    return _DELETE.run(tx, job=job.id, token=job.fencing_token) == 1


def release_job(
    tx: Transaction,
    job: JobRow,
    *,
    status: str,
    due_at: int,
    attempts: int,
    last_error: str | None,
) -> bool:
    """Give a running job back: `pending` to run again, `parked` for an operator."""
    released = _RELEASE.run(
        tx,
        job=job.id,
        token=job.fencing_token,
        new_status=status,
        due_at=due_at,
        attempts=attempts,
        last_error=last_error,
    )
    return released == 1


def extend_leases(tx: Transaction, held: list[JobRow], lease_seconds: int) -> None:
    """Of those that are still held: one that was taken over meanwhile is left alone."""
    lease_until = tx.now + lease_seconds * SECOND
    for job in held:
        tx.connection.execute(
            sa.update(jobs)
            .where(_t.id == job.id, _t.status == "running", _t.fencing_token == job.fencing_token)
            .values(lease_until=lease_until)
        )


def end_all_leases(tx: Transaction) -> None:
    """For the one process that owns the database, when it starts: nobody else is running."""
    tx.connection.execute(sa.update(jobs).where(_t.status == "running").values(lease_until=0))
