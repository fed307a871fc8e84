"""The SQL of the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from antonnia_server.db import Statement, Transaction

from ..tables import event_horizons, event_positions, events


class PositionRow(NamedTuple):
    last_position: int


class EventRow(NamedTuple):
    """An event as a reader of the log sees it."""

    organization_id: str
    id: str
    position: int
    type: str
    object_id: str
    data: bytes
    request_id: str | None
    created_at: int


class EventLine(NamedTuple):
    """What has to be known of an event to see who wants it."""

    position: int
    id: str
    type: str
    object_id: str


class _Moment(NamedTuple):
    created_at: int


class OldEvent(NamedTuple):
    """An event that may be too old to be kept."""

    position: int
    id: str
    created_at: int


class SizeRow(NamedTuple):
    """The bytes of an event's data, told without reading them."""

    size: int


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
_t = events.c
_COLUMNS = tuple(_t[name] for name in EventRow._fields)
_OF_ORGANIZATION = _t.organization_id == sa.bindparam("organization_id")
_FIND = Statement(
    sa.select(*_COLUMNS).where(
        _OF_ORGANIZATION, _t.id == sa.bindparam("id"), _t.position.is_not(None)
    ),
    EventRow,
)
_AFTER = Statement(
    sa.select(*_COLUMNS)
    .where(_OF_ORGANIZATION, _t.position > sa.bindparam("after"))
    .order_by(_t.position)
    .limit(sa.bindparam("limit")),
    EventRow,
)
_SIZES_AFTER = Statement(
    sa.select(sa.func.length(_t.data))
    .where(_OF_ORGANIZATION, _t.position > sa.bindparam("after"))
    .order_by(_t.position)
    .limit(sa.bindparam("limit")),
    SizeRow,
)
_LINES_AFTER = Statement(
    sa.select(*(_t[name] for name in EventLine._fields))
    .where(_OF_ORGANIZATION, _t.position > sa.bindparam("after"))
    .order_by(_t.position)
    .limit(sa.bindparam("limit")),
    EventLine,
)
_MOMENT = Statement(
    sa.select(_t.created_at)
    .where(_OF_ORGANIZATION, _t.position >= sa.bindparam("position"))
    .order_by(_t.position)
    .limit(1),
    _Moment,
)
_POSITION_FROM = Statement(
    sa.select(_t.position)
    .where(
        _OF_ORGANIZATION,
        _t.position > sa.bindparam("after"),
        _t.created_at >= sa.bindparam("moment"),
    )
    .order_by(_t.position)
    .limit(1),
    PositionRow,
)
_OLDEST = Statement(
    sa.select(*(_t[name] for name in OldEvent._fields))
    .where(_OF_ORGANIZATION, _t.position.is_not(None))
    .order_by(_t.position)
    .limit(sa.bindparam("limit")),
    OldEvent,
)
_DELETE: Statement[OldEvent] = Statement(
    sa.delete(events).where(
        _OF_ORGANIZATION, _t.position <= sa.bindparam("position"), _t.id == sa.bindparam("id")
    )
)
_HORIZON = Statement(
    sa.select(event_horizons.c.deleted_position).where(
        event_horizons.c.organization_id == sa.bindparam("organization_id")
    ),
    PositionRow,
)
_SET_HORIZON: Statement[PositionRow] = Statement(
    sa.text(
        """
        INSERT INTO event_horizons (organization_id, deleted_position)
        VALUES (:organization_id, :position)
        ON CONFLICT (organization_id) DO UPDATE SET deleted_position = excluded.deleted_position
        """
    )
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


def find_event(tx: Transaction, organization_id: str, event_id: str) -> EventRow | None:
    return _FIND.find(tx, organization_id=organization_id, id=event_id)


def list_events_within(
    tx: Transaction, organization_id: str, *, after: int, limit: int, max_bytes: int
) -> list[EventRow]:
    """The same, up to the one with which they have so many bytes.

    Whoever stops reading rows has saved nothing: on PostgreSQL all of them have come by then.
    """
    sizes = _SIZES_AFTER.all(tx, organization_id=organization_id, after=after, limit=limit)
    if not sizes:
        return []
    fitting = count_within(sizes, max_bytes)
    return list_events_after(tx, organization_id, after=after, limit=fitting)


def count_within(sizes: Iterable[SizeRow], max_bytes: int) -> int:
    """How many of the first have so many bytes together, with the one that completes them."""
    size = count = 0
    for row in sizes:
        count += 1
        size += row.size
        if size >= max_bytes:
            break
    return count


def list_lines_after(
    tx: Transaction, organization_id: str, *, after: int, limit: int
) -> list[EventLine]:
    return _LINES_AFTER.all(tx, organization_id=organization_id, after=after, limit=limit)


def each_matching_event(
    tx: Transaction,
    organization_id: str,
    *,
    after: int,
    until: int,
    types: Sequence[str],
    object_id: str | None,
    limit: int,
) -> Iterator[EventRow]:
    """The first events between two positions whose type is one of some patterns, in order."""
    query = sa.select(*_COLUMNS).where(
        _t.organization_id == organization_id, _t.position > after, _t.position <= until
    )
    if "*" not in types:
        query = query.where(is_of_types(_t.type, types))
    if object_id is not None:
        query = query.where(_t.object_id == object_id)
    with tx.connection.execute(query.order_by(_t.position).limit(limit)) as rows:
        for row in rows:
            yield EventRow._make(row)


def is_of_types(column: sa.Column[str], patterns: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a type is one of some names, or begins as one of them does that ends with a `*`."""
    beginnings = [pattern[:-1] for pattern in patterns if pattern.endswith("*")]
    return sa.or_(
        column.in_([pattern for pattern in patterns if not pattern.endswith("*")]),
        *(sa.func.substr(column, 1, len(begin)) == begin for begin in beginnings),
    )


def find_moment_from(tx: Transaction, organization_id: str, position: int) -> int | None:
    """When the first event from a position on was announced; None if there is none."""
    found = _MOMENT.find(tx, organization_id=organization_id, position=position)
    return None if found is None else found.created_at


def find_position_from(
    tx: Transaction, organization_id: str, *, after: int, moment: int
) -> int | None:
    """The first position behind another one of an event that was announced at a moment or later."""
    found = _POSITION_FROM.find(tx, organization_id=organization_id, after=after, moment=moment)
    return None if found is None else found.last_position


def find_horizon(tx: Transaction, organization_id: str) -> int:
    """The last position that was deleted; 0 if none was."""
    found = _HORIZON.find(tx, organization_id=organization_id)
    return 0 if found is None else found.last_position


def list_organizations(tx: Transaction) -> list[str]:
    """Those that have ever announced anything: for work of the platform itself."""
    with tx.connection.execute(sa.select(event_positions.c.organization_id)) as rows:
        return [organization_id for (organization_id,) in rows]


def find_oldest_moment(tx: Transaction) -> int | None:
    """When the oldest event of any organization was announced, or about then."""
    oldest = (
        sa.select(_t.created_at)
        .where(_t.organization_id == event_positions.c.organization_id, _t.position.is_not(None))
        .order_by(_t.position)
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(sa.func.min(oldest)).select_from(event_positions)
    moment: int | None = tx.connection.execute(query).scalar_one()
    return moment


def list_oldest(tx: Transaction, organization_id: str, *, limit: int) -> list[OldEvent]:
    return _OLDEST.all(tx, organization_id=organization_id, limit=limit)


def delete_events(tx: Transaction, organization_id: str, old: list[OldEvent]) -> None:
    """Delete events, which are the oldest of the organization."""
    last = old[-1].position
    _DELETE.run_all(
        tx, ({"organization_id": organization_id, "position": last, "id": e.id} for e in old)
    )
    _SET_HORIZON.run(tx, organization_id=organization_id, position=last)


def number_events(tx: Transaction, *, at_most: int) -> int:
    """Give positions to events that have none; how many got one.

    One transaction at a time does so. The next one begins when what this one gave can be read, so
    nobody reads a position before a lower one.
    """
    with tx.holding("event positions"):
        return _NUMBER.run(tx, at_most=at_most)
