"""The SQL of threads, runs and steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import run_steps, runs, threads


class ThreadRow(NamedTuple):
    id: str
    answered_position: int
    offered_run_id: str | None


class RunRow(NamedTuple):
    id: str
    thread_id: str
    assistant_id: str
    assistant_version: int
    status: str
    job_id: str | None
    epoch: int
    input_position: int
    attempt: int
    started_at: int


class StoredRun(NamedTuple):
    """A run as it is shown."""

    id: str
    organization_id: str
    thread_id: str
    assistant_id: str
    assistant_version: int
    status: str
    trigger: str
    input_position: int | None
    required_action: dict[str, Any] | None
    last_error: dict[str, Any] | None
    usage: dict[str, Any] | None
    attempt: int
    due_at: int | None
    started_at: int | None
    finished_at: int | None
    created_at: int


class StoredStep(NamedTuple):
    """A step as it is shown."""

    id: str
    run_id: str
    number: int
    type: str
    status: str
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    citations: list[dict[str, Any]] | None
    usage: dict[str, Any] | None


class StepRow(NamedTuple):
    number: int
    type: str
    status: str
    output: dict[str, Any] | None


_INSERT_THREAD: Statement[ThreadRow] = Statement(sa.insert(threads))
_FIND_THREAD = Statement(
    sa.select(*(threads.c[name] for name in ThreadRow._fields)).where(
        threads.c.organization_id == sa.bindparam("organization_id"),
        threads.c.session_id == sa.bindparam("session_id"),
    ),
    ThreadRow,
)
_UPDATE_THREAD: Statement[ThreadRow] = Statement(
    sa.update(threads)
    .where(threads.c.organization_id == sa.bindparam("org"), threads.c.id == sa.bindparam("thread"))
    .values(
        answered_position=sa.bindparam("answered_position"),
        offered_run_id=sa.bindparam("offered_run_id"),
        updated_at=sa.bindparam("now"),
    )
)
_INSERT_RUN: Statement[RunRow] = Statement(sa.insert(runs))
_FIND_UNFINISHED_RUN = Statement(
    sa.select(*(runs.c[name] for name in RunRow._fields)).where(
        runs.c.organization_id == sa.bindparam("organization_id"),
        runs.c.job_id == sa.bindparam("job_id"),
        # Written out, because SQLite uses a partial index only for a condition that it can read.
        sa.text("runs.status = 'in_progress'"),
        runs.c.job_id.is_not(None),
    ),
    RunRow,
)
_IS_RUN = (
    runs.c.organization_id == sa.bindparam("organization_id"),
    runs.c.id == sa.bindparam("id"),
)
_FIND_RUN = Statement(sa.select(*(runs.c[name] for name in RunRow._fields)).where(*_IS_RUN), RunRow)
_FIND_STORED_RUN = Statement(
    sa.select(*(runs.c[name] for name in StoredRun._fields)).where(*_IS_RUN), StoredRun
)
_FINISH_RUN: Statement[RunRow] = Statement(
    sa.update(runs)
    .where(runs.c.organization_id == sa.bindparam("org"), runs.c.id == sa.bindparam("run"))
    .values(
        status=sa.bindparam("new_status"),
        last_error=sa.bindparam("error"),
        finished_at=sa.bindparam("now"),
    )
)
_INSERT_STEP: Statement[StepRow] = Statement(sa.insert(run_steps))
_LIST_STEPS = Statement(
    sa.select(
        run_steps.c.index.label("number"),
        run_steps.c.type,
        run_steps.c.status,
        run_steps.c.output,
    )
    .where(
        run_steps.c.organization_id == sa.bindparam("organization_id"),
        run_steps.c.run_id == sa.bindparam("run_id"),
    )
    .order_by(run_steps.c.index),
    StepRow,
)


_LIST_STORED_STEPS = Statement(
    sa.select(
        run_steps.c.id,
        run_steps.c.run_id,
        run_steps.c.index.label("number"),
        *(run_steps.c[name] for name in StoredStep._fields[3:]),
    )
    .where(
        run_steps.c.organization_id == sa.bindparam("organization_id"),
        run_steps.c.run_id == sa.bindparam("run_id"),
    )
    .order_by(run_steps.c.index),
    StoredStep,
)


def create_session_thread(
    tx: Transaction, caller: Caller, thread_id: str, session_id: str
) -> ThreadRow:
    _INSERT_THREAD.send(
        tx,
        organization_id=caller.organization_id,
        id=thread_id,
        user_id=None,
        session_id=session_id,
        status="idle",
        answered_position=0,
        metadata={},
        created_at=tx.now,
        updated_at=None,
        offered_run_id=None,
    )
    return ThreadRow(thread_id, 0, None)


def find_session_thread(tx: Transaction, caller: Caller, session_id: str) -> ThreadRow | None:
    return _FIND_THREAD.find(tx, organization_id=caller.organization_id, session_id=session_id)


def update_thread(
    tx: Transaction,
    caller: Caller,
    thread_id: str,
    *,
    answered_position: int,
    offered_run_id: str | None,
) -> None:
    """Write what the last completed run took in, and whether it ended in a suggestion."""
    _UPDATE_THREAD.send(
        tx,
        org=caller.organization_id,
        thread=thread_id,
        answered_position=answered_position,
        offered_run_id=offered_run_id,
        now=tx.now,
    )


def create_run(tx: Transaction, caller: Caller, run: RunRow, *, trigger: str) -> None:
    _INSERT_RUN.send(
        tx,
        **run._asdict(),
        organization_id=caller.organization_id,
        trigger=trigger,
        required_action=None,
        last_error=None,
        usage=None,
        due_at=None,
        finished_at=None,
        created_at=tx.now,
    )


def find_run(tx: Transaction, caller: Caller, run_id: str) -> RunRow | None:
    return _FIND_RUN.find(tx, organization_id=caller.organization_id, id=run_id)


def find_stored_run(tx: Transaction, caller: Caller, run_id: str) -> StoredRun | None:
    return _FIND_STORED_RUN.find(tx, organization_id=caller.organization_id, id=run_id)


def find_unfinished_run(tx: Transaction, caller: Caller, job_id: str) -> RunRow | None:
    return _FIND_UNFINISHED_RUN.find(tx, organization_id=caller.organization_id, job_id=job_id)


def finish_run(
    tx: Transaction, caller: Caller, run_id: str, *, status: str, error: dict[str, Any] | None
) -> None:
    _FINISH_RUN.send(
        tx, org=caller.organization_id, run=run_id, new_status=status, error=error, now=tx.now
    )


def create_step(
    tx: Transaction,
    caller: Caller,
    step_id: str,
    *,
    run_id: str,
    index: int,
    type: str,
    input: dict[str, Any] | None,
    output: dict[str, Any] | None,
    citations: list[dict[str, Any]] | None,
) -> None:
    """Write a completed step."""
    _INSERT_STEP.send(
        tx,
        organization_id=caller.organization_id,
        run_id=run_id,
        index=index,
        id=step_id,
        type=type,
        status="completed",
        input=input,
        output=output,
        citations=citations,
        usage=None,
        created_at=tx.now,
        finished_at=tx.now,
    )


def list_steps(tx: Transaction, caller: Caller, run_id: str) -> list[StepRow]:
    return _LIST_STEPS.all(tx, organization_id=caller.organization_id, run_id=run_id)


def list_stored_steps(tx: Transaction, caller: Caller, run_id: str) -> list[StoredStep]:
    return _LIST_STORED_STEPS.all(tx, organization_id=caller.organization_id, run_id=run_id)
