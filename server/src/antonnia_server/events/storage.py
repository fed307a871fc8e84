"""The SQL of the log."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from antonnia_server.db import Statement, Transaction

from .tables import event_positions, events


class PositionRow(NamedTuple):
    last_position: int


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
