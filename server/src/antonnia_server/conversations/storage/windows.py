"""The SQL of reply windows."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import reply_windows


class WindowRow(NamedTuple):
    id: str


_t = reply_windows.c
_INSERT: Statement[WindowRow] = Statement(sa.insert(reply_windows))
_ONE = (
    _t.organization_id == sa.bindparam("org"),
    _t.session_id == sa.bindparam("session"),
    _t.id == sa.bindparam("window"),
)
_MOVE: Statement[WindowRow] = Statement(
    sa.update(reply_windows).where(*_ONE).values(due_at=sa.bindparam("due_at"))
)
_CLOSE: Statement[WindowRow] = Statement(
    sa.update(reply_windows)
    .where(*_ONE, _t.outcome.is_(None))
    .values(
        outcome=sa.bindparam("outcome"),
        reason=sa.bindparam("reason"),
        run_id=sa.bindparam("run_id"),
        closed_at=sa.bindparam("closed_at"),
    )
)


def create_window(
    tx: Transaction, caller: Caller, session_id: str, window_id: str, *, due_at: int
) -> None:
    _INSERT.send(
        tx,
        organization_id=caller.organization_id,
        session_id=session_id,
        id=window_id,
        opened_at=tx.now,
        due_at=due_at,
        outcome=None,
        reason=None,
        run_id=None,
        closed_at=None,
    )


def move_window(
    tx: Transaction, caller: Caller, session_id: str, window_id: str, *, due_at: int
) -> None:
    _MOVE.send(tx, org=caller.organization_id, session=session_id, window=window_id, due_at=due_at)


def close_window(
    tx: Transaction,
    caller: Caller,
    session_id: str,
    window_id: str,
    *,
    outcome: str,
    reason: str | None,
    run_id: str | None,
) -> bool:
    """Give an open window its outcome; False if it has one already."""
    closed = _CLOSE.run(
        tx,
        org=caller.organization_id,
        session=session_id,
        window=window_id,
        outcome=outcome,
        reason=reason,
        run_id=run_id,
        closed_at=tx.now,
    )
    return closed == 1
