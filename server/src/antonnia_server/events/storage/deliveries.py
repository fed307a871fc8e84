"""The SQL of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import deliveries, events
from .log import EventRow, OldEvent, SizeRow, count_within, is_of_types
from .webhooks import WebhookRow


class DeliveryRow(NamedTuple):
    organization_id: str
    id: str
    webhook_id: str
    event_id: str
    event_type: str
    position: int
    status: str
    attempts: list[dict[str, Any]]
    tries: int
    next_attempt_at: int | None
    created_at: int


class DueRow(NamedTuple):
    """A delivery whose time has come, and its event, unless that is no longer kept."""

    id: str
    attempts: list[dict[str, Any]]
    tries: int
    due_at: int
    event: EventRow | None


class DeliveryChange(NamedTuple):
    """What an attempt changes of a delivery."""

    id: str
    status: str
    attempts: list[dict[str, Any]]
    tries: int
    next_attempt_at: int | None


class _Moment(NamedTuple):
    moment: int | None


class _Key(NamedTuple):
    id: str


_t = deliveries.c
_COLUMNS = tuple(_t[name] for name in DeliveryRow._fields)
_IS_IT = (_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("delivery"))
_OF_WEBHOOK = (
    _t.organization_id == sa.bindparam("org"),
    _t.webhook_id == sa.bindparam("webhook"),
)
# Written out, because SQLite uses a partial index only for a condition that it can read.
_IS_DUE_ONCE = sa.text("deliveries.next_attempt_at IS NOT NULL")
_INSERT: Statement[DeliveryRow] = Statement(sa.insert(deliveries))
_FIND = Statement(sa.select(*_COLUMNS).where(*_IS_IT), DeliveryRow)
# A delivery that is there already is one that is recovered, or a test that waits for its position.
_QUEUE: Statement[DeliveryRow] = Statement(
    sa.text(
        """
        INSERT INTO deliveries (
            organization_id, id, webhook_id, event_id, event_type, position, status, attempts,
            tries, next_attempt_at, created_at
        ) VALUES (
            :organization_id, :id, :webhook_id, :event_id, :event_type, :position, 'pending', '[]',
            0, :due_at, :created_at
        )
        ON CONFLICT (organization_id, event_id, webhook_id) DO UPDATE SET
            position = excluded.position,
            status = 'pending',
            tries = 0,
            next_attempt_at = excluded.next_attempt_at
        WHERE deliveries.status <> 'succeeded'
        """
    )
)
_RECORD: Statement[DeliveryRow] = Statement(
    sa.update(deliveries)
    .where(*_IS_IT)
    .values(
        status=sa.bindparam("status"),
        attempts=sa.bindparam("attempts"),
        tries=sa.bindparam("tries"),
        next_attempt_at=sa.bindparam("next_attempt_at"),
    )
)
_DUE_COLUMNS = ("id", "attempts", "tries", "next_attempt_at")


class _DueAndEvent(NamedTuple):
    id: str
    attempts: list[dict[str, Any]]
    tries: int
    due_at: int
    # With it, all that follow are None where the event is gone.
    event_organization_id: str | None
    event_id: str
    event_position: int
    event_type: str
    event_object_id: str
    event_data: bytes
    event_request_id: str | None
    event_created_at: int


def _due(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(deliveries)
        .outerjoin(
            events,
            sa.and_(events.c.organization_id == _t.organization_id, events.c.id == _t.event_id),
        )
        .where(
            *_OF_WEBHOOK,
            _IS_DUE_ONCE,
            _t.next_attempt_at <= sa.bindparam("now"),
            sa.tuple_(_t.next_attempt_at, _t.position)
            > sa.tuple_(
                sa.bindparam("after_at", type_=sa.BigInteger),
                sa.bindparam("after_position", type_=sa.BigInteger),
            ),
        )
        .order_by(_t.next_attempt_at, _t.position)
        .limit(sa.bindparam("limit"))
    )


_LIST_DUE_SIZES = Statement(_due(sa.func.coalesce(sa.func.length(events.c.data), 0)), SizeRow)
_LIST_DUE = Statement(
    _due(
        *(_t[name] for name in _DUE_COLUMNS),
        *(events.c[name].label(f"event_{name}") for name in EventRow._fields),
    ),
    _DueAndEvent,
)
_NEXT_DUE = Statement(
    sa.select(_t.next_attempt_at)
    .where(*_OF_WEBHOOK, _IS_DUE_ONCE)
    .order_by(_t.next_attempt_at)
    .limit(1),
    _Moment,
)
_event_of_it = (
    events.c.organization_id == _t.organization_id,
    events.c.id == _t.event_id,
    events.c.position <= sa.bindparam("until"),
)
_LIST_WAITING = Statement(
    # Written out, because SQLite uses a partial index only for a condition that it can read.
    sa.select(_t.id).where(*_OF_WEBHOOK, sa.text("deliveries.position = 0")),
    _Key,
)
_QUEUE_WAITING: Statement[DeliveryRow] = Statement(
    sa.update(deliveries)
    .where(*_IS_IT, sa.exists().where(*_event_of_it))
    .values(
        position=sa.select(events.c.position).where(*_event_of_it).scalar_subquery(),
        next_attempt_at=sa.bindparam("now"),
    )
)
_DELETE_OF_EVENT: Statement[DeliveryRow] = Statement(
    sa.delete(deliveries).where(
        _t.organization_id == sa.bindparam("org"), _t.event_id == sa.bindparam("event")
    )
)


def create_delivery(tx: Transaction, delivery: DeliveryRow) -> None:
    _INSERT.run(tx, **delivery._asdict())


def find_delivery(tx: Transaction, caller: Caller, delivery_id: str) -> DeliveryRow | None:
    return _FIND.find(tx, org=caller.organization_id, delivery=delivery_id)


def queue(tx: Transaction, webhook: WebhookRow, lines: Iterable[dict[str, Any]]) -> None:
    """Have events delivered now; each is said by its delivery's `id`, `event_id`, … ."""
    _QUEUE.run_all(
        tx,
        (
            {
                "organization_id": webhook.organization_id,
                "webhook_id": webhook.id,
                "due_at": tx.now,
                "created_at": tx.now,
                **line,
            }
            for line in lines
        ),
    )


def queue_waiting(tx: Transaction, webhook: WebhookRow) -> None:
    """Have those tests delivered now that lie before the position of their webhook."""
    waiting = _LIST_WAITING.all(tx, org=webhook.organization_id, webhook=webhook.id)
    changing = {"org": webhook.organization_id, "until": webhook.position, "now": tx.now}
    _QUEUE_WAITING.run_all(tx, ({**changing, "delivery": row.id} for row in waiting))


def record(tx: Transaction, caller: Caller, changes: Iterable[DeliveryChange]) -> None:
    _RECORD.run_all(
        tx,
        (
            {
                "org": caller.organization_id,
                "delivery": change.id,
                "status": change.status,
                "attempts": change.attempts,
                "tries": change.tries,
                "next_attempt_at": change.next_attempt_at,
            }
            for change in changes
        ),
    )


def list_tries(tx: Transaction, caller: Caller, delivery_ids: list[str]) -> dict[str, int]:
    """How often each of some deliveries was tried, but for those that are gone."""
    query = sa.select(_t.id, _t.tries).where(
        _t.organization_id == caller.organization_id, _t.id.in_(delivery_ids)
    )
    with tx.connection.execute(query) as rows:
        return {row[0]: row[1] for row in rows}


def list_due(
    tx: Transaction,
    caller: Caller,
    webhook_id: str,
    *,
    after: tuple[int, int],
    limit: int,
    max_bytes: int,
) -> list[DueRow]:
    """What is due of a webhook behind a place, which is a time and a position.

    It ends with the delivery with which their events have so many bytes.
    """
    place: dict[str, Any] = {
        "org": caller.organization_id,
        "webhook": webhook_id,
        "now": tx.now,
        "after_at": after[0],
        "after_position": after[1],
    }
    sizes = _LIST_DUE_SIZES.all(tx, **place, limit=limit)
    if not sizes:
        return []
    found = _LIST_DUE.all(tx, **place, limit=count_within(sizes, max_bytes))
    return [
        DueRow(
            row.id,
            row.attempts,
            row.tries,
            row.due_at,
            None if row.event_organization_id is None else EventRow._make(row[4:]),
        )
        for row in found
    ]


def find_next_due(tx: Transaction, organization_id: str, webhook_id: str) -> int | None:
    """When the next attempt of a webhook is due, or was."""
    found = _NEXT_DUE.find(tx, org=organization_id, webhook=webhook_id)
    return None if found is None else found.moment


def count_undelivered(tx: Transaction, webhook: WebhookRow, *, after: int, until: int) -> int:
    """How many events between two positions it wants and has not got."""
    its_delivery = sa.and_(
        _t.organization_id == events.c.organization_id,
        _t.event_id == events.c.id,
        _t.webhook_id == webhook.id,
    )
    query = (
        sa.select(sa.func.count())
        .select_from(events.outerjoin(deliveries, its_delivery))
        .where(
            events.c.organization_id == webhook.organization_id,
            events.c.position > after,
            events.c.position <= until,
            sa.func.coalesce(_t.status, "") != "succeeded",
            sa.or_(events.c.type != "webhook.test", events.c.object_id == webhook.id),
        )
    )
    if "*" not in webhook.events:
        wanted = is_of_types(events.c.type, [*webhook.events, "webhook.test"])
        query = query.where(wanted)
    return tx.connection.execute(query).scalar_one()


def delete_deliveries_of(tx: Transaction, organization_id: str, old: list[OldEvent]) -> None:
    _DELETE_OF_EVENT.run_all(tx, ({"org": organization_id, "event": event.id} for event in old))


def delete_deliveries(tx: Transaction, caller: Caller, webhook_id: str, *, at_most: int) -> int:
    """Delete deliveries of a webhook; how many."""
    some = (
        sa.select(_t.id)
        .where(_t.organization_id == caller.organization_id, _t.webhook_id == webhook_id)
        .limit(at_most)
    )
    query = sa.delete(deliveries).where(
        _t.organization_id == caller.organization_id, _t.id.in_(some)
    )
    return tx.connection.execute(query).rowcount
