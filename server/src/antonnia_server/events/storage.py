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

# Written out: it reads, counts on and writes in one statement. Whoever changes what another has
# changed inserts its event later, so the order of the insertions is one in which things happened.
_NUMBER = Statement(
    sa.text(
        """
        WITH unnumbered AS (
            SELECT organization_id, id, insertion
            FROM events
            WHERE position IS NULL
            ORDER BY insertion
            LIMIT :at_most
        ), counted AS (
            SELECT organization_id, id,
                row_number() OVER (PARTITION BY organization_id ORDER BY insertion) AS number,
                count(*) OVER (PARTITION BY organization_id) AS total
            FROM unnumbered
        ), given AS (
            INSERT INTO event_positions AS positions (organization_id, last_position)
            SELECT organization_id, count(*) FROM unnumbered GROUP BY organization_id
            ORDER BY organization_id
            ON CONFLICT (organization_id) DO UPDATE
            SET last_position = positions.last_position + excluded.last_position
            RETURNING organization_id, last_position
        )
        UPDATE events
        SET position = given.last_position - counted.total + counted.number
        FROM counted JOIN given ON given.organization_id = counted.organization_id
        WHERE events.organization_id = counted.organization_id AND events.id = counted.id
        """
    ),
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
) -> int | None:
    """Write an event; its position, if it can be given yet."""
    position = None if tx.is_postgres else _next_position(tx, organization_id)
    _INSERT.send(
        tx,
        organization_id=organization_id,
        id=event_id,
        position=position,
        type=type,
        object_id=object_id,
        data=data,
        request_id=request_id,
        created_at=tx.now,
    )
    return position


def _next_position(tx: Transaction, organization_id: str) -> int:
    position = _NEXT_POSITION.find(tx, organization_id=organization_id)
    assert position is not None, "an upsert always returns its row"
    return position.last_position


def find_last_position(tx: Transaction, organization_id: str) -> int | None:
    found = _LAST_POSITION.find(tx, organization_id=organization_id)
    return None if found is None else found.last_position


def list_events_after(
    tx: Transaction, organization_id: str, *, after: int, limit: int
) -> list[EventRow]:
    return _AFTER.all(tx, organization_id=organization_id, after=after, limit=limit)


def number_events(tx: Transaction, *, at_most: int) -> int:
    """Give positions to events that have none; how many got one.

    One transaction at a time does so. The next one begins when what this one gave can be read, so
    nobody reads a position before a lower one.
    """
    with tx.holding("event positions"):
        return _NUMBER.run(tx, at_most=at_most)
