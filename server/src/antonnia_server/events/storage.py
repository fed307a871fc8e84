"""The SQL of the log."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from antonnia_server.db import Statement, Transaction

from .tables import event_positions, events


class PositionRow(NamedTuple):
    last_position: int


class EventRow(NamedTuple):
    """An event as a reader of the log sees it."""

    position: int
    type: str
    object_id: str
    data: bytes
    created_at: int


_INSERT: Statement[PositionRow] = Statement(sa.insert(events))
_NEXT_POSITION = Statement(
    sqlite.insert(event_positions)
    .values(organization_id=sa.bindparam("organization_id"), last_position=1)
    .on_conflict_do_update(
        index_elements=[event_positions.c.organization_id],
        set_={"last_position": event_positions.c.last_position + 1},
    )
    .returning(event_positions.c.last_position),
    PositionRow,
)
_LAST_POSITION = Statement(
    sa.select(event_positions.c.last_position).where(
        event_positions.c.organization_id == sa.bindparam("organization_id")
    ),
    PositionRow,
)
_AFTER = Statement(
    sa.select(
        events.c.position, events.c.type, events.c.object_id, events.c.data, events.c.created_at
    )
    .where(
        events.c.organization_id == sa.bindparam("organization_id"),
        events.c.position > sa.bindparam("after"),
    )
    .order_by(events.c.position)
    .limit(sa.bindparam("limit")),
    EventRow,
)


def create_event(
    tx: Transaction,
    organization_id: str,
    event_id: str,
    *,
    type: str,
    object_id: str,
    data: bytes,
    request_id: str | None,
) -> None:
    position = _NEXT_POSITION.find(tx, organization_id=organization_id)
    assert position is not None, "an upsert always returns its row"
    _INSERT.run(
        tx,
        organization_id=organization_id,
        id=event_id,
        position=position.last_position,
        type=type,
        object_id=object_id,
        data=data,
        request_id=request_id,
        created_at=tx.now,
    )


def find_last_position(tx: Transaction, organization_id: str) -> int | None:
    found = _LAST_POSITION.find(tx, organization_id=organization_id)
    return None if found is None else found.last_position


def list_events_after(
    tx: Transaction, organization_id: str, *, after: int, limit: int
) -> list[EventRow]:
    return _AFTER.all(tx, organization_id=organization_id, after=after, limit=limit)
