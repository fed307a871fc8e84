"""The SQL of gaps."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import gaps


class GapRow(NamedTuple):
    id: str
    organization_id: str
    knowledge_id: str
    question: str
    fingerprint: str
    times_asked: int
    session_id: str
    run_id: str
    status: str
    entry_id: str | None
    created_at: int
    last_asked_at: int


class _Id(NamedTuple):
    id: str


_t = gaps.c
_COLUMNS = tuple(_t[name] for name in GapRow._fields)
_IN_BASE = (
    _t.organization_id == sa.bindparam("organization_id"),
    _t.knowledge_id == sa.bindparam("knowledge_id"),
)
# The places of a listing: where in its order a gap stands.
PLACES: dict[str, tuple[sa.Column[Any], ...]] = {
    "most_asked": (_t.times_asked, _t.last_asked_at, _t.id),
    "newest": (_t.last_asked_at, _t.id),
}

_INSERT: Statement[GapRow] = Statement(sa.insert(gaps))
_FIND = Statement(sa.select(*_COLUMNS).where(*_IN_BASE, _t.id == sa.bindparam("id")), GapRow)
_FIND_SAME = Statement(
    sa.select(*_COLUMNS).where(*_IN_BASE, _t.fingerprint == sa.bindparam("fingerprint")), GapRow
)
_UPDATE: Statement[GapRow] = Statement(
    sa.update(gaps)
    .where(
        _t.organization_id == sa.bindparam("org"),
        _t.knowledge_id == sa.bindparam("base"),
        _t.id == sa.bindparam("gap"),
    )
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "times_asked",
                "session_id",
                "run_id",
                "status",
                "entry_id",
                "last_asked_at",
            )
        }
    )
)
# What is beyond the number that is kept: the least asked, and of those the oldest.
_LIST_BEYOND = Statement(
    sa.select(_t.id)
    .where(*_IN_BASE, _t.status == sa.bindparam("status"))
    .order_by(*(column.desc() for column in PLACES["most_asked"]))
    .limit(sa.bindparam("at_most"))
    .offset(sa.bindparam("kept")),
    _Id,
)
_LIST_IDS = Statement(sa.select(_t.id).where(*_IN_BASE).limit(sa.bindparam("at_most")), _Id)
_DELETE: Statement[GapRow] = Statement(
    sa.delete(gaps).where(*_IN_BASE, _t.id == sa.bindparam("id"))
)


def create_gap(tx: Transaction, gap: GapRow) -> None:
    _INSERT.send(tx, **gap._asdict())


def find_gap(tx: Transaction, caller: Caller, knowledge_id: str, gap_id: str) -> GapRow | None:
    return _FIND.find(
        tx, organization_id=caller.organization_id, knowledge_id=knowledge_id, id=gap_id
    )


def find_same_gap(
    tx: Transaction, caller: Caller, knowledge_id: str, fingerprint: str
) -> GapRow | None:
    """The gap of a question that reads the same."""
    return _FIND_SAME.find(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        fingerprint=fingerprint,
    )


def update_gap(tx: Transaction, caller: Caller, gap: GapRow) -> None:
    _UPDATE.send(
        tx,
        org=caller.organization_id,
        base=gap.knowledge_id,
        gap=gap.id,
        times_asked=gap.times_asked,
        session_id=gap.session_id,
        run_id=gap.run_id,
        status=gap.status,
        entry_id=gap.entry_id,
        last_asked_at=gap.last_asked_at,
    )


def delete_gaps_beyond(
    tx: Transaction, caller: Caller, knowledge_id: str, status: str, *, kept: int, at_most: int
) -> None:
    """Delete gaps of a status but for the `kept` most asked of it."""
    beyond = _LIST_BEYOND.all(
        tx,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        status=status,
        kept=kept,
        at_most=at_most,
    )
    _delete(tx, caller, knowledge_id, beyond)


def delete_gaps(tx: Transaction, caller: Caller, knowledge_id: str, *, at_most: int) -> int:
    """Delete gaps of a base; the number deleted."""
    found = _LIST_IDS.all(
        tx, organization_id=caller.organization_id, knowledge_id=knowledge_id, at_most=at_most
    )
    _delete(tx, caller, knowledge_id, found)
    return len(found)


def _delete(tx: Transaction, caller: Caller, knowledge_id: str, found: list[_Id]) -> None:
    for row in found:
        _DELETE.run(
            tx, organization_id=caller.organization_id, knowledge_id=knowledge_id, id=row.id
        )


def list_gaps(
    tx: Transaction,
    caller: Caller,
    knowledge_id: str,
    window: Window,
    *,
    status: str,
    order: str,
) -> Found[GapRow]:
    """Gaps of a status, the most asked or the newest first."""
    place = PLACES[order]
    query = sa.select(*_COLUMNS).where(
        _t.organization_id == caller.organization_id,
        _t.knowledge_id == knowledge_id,
        _t.status == status,
    )
    if window.after is not None:
        query = query.where(sa.tuple_(*place) < sa.tuple_(*window.after))
    query = query.order_by(*(column.desc() for column in place))
    query = query.offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(GapRow._make, rows), lambda row: row.question)
