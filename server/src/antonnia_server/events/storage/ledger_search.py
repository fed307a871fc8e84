"""How the ledger is searched: by an index, or a part of it at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import deliveries
from .deliveries import DeliveryRow

# How much of the ledger one page of a search looks through for what no index finds.
MAX_SEARCHED = 20_000

_t = deliveries.c
_COLUMNS = tuple(_t[name] for name in DeliveryRow._fields)
# Written out, because SQLite uses a partial index only for a condition that it can read.
_IS_UNDELIVERED = sa.text("deliveries.status IN ('failed', 'exhausted')")


class Part(NamedTuple):
    """What was found of a part of the ledger, and the id at which that ends, if it does before."""

    found: Found[DeliveryRow]
    until: str | None


def list_deliveries(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    webhook_id: str | None,
    event_id: str | None,
    status: str | None,
) -> Part:
    """Deliveries from the newest to the oldest."""
    ids, left = _by_index(caller, webhook_id, event_id, status)
    is_behind = [] if window.after is None else [_t.id < window.after[0]]
    if event_id is None:
        ids = ids.where(*is_behind).order_by(_t.id.desc())
    else:
        # There are few: asked for an order, SQLite would walk the ledger to find them.
        left += is_behind
    is_filtered = bool(left) or event_id is not None
    part = ids.limit(MAX_SEARCHED) if is_filtered else ids.offset(window.offset).limit(window.fetch)
    query = sa.select(*_COLUMNS).where(
        _t.organization_id == caller.organization_id,
        # The ids alone, or SQLite walks the primary key instead of an index with the same order.
        _t.id.in_(part.correlate(None)),
        *left,
    )
    query = query.order_by(_t.id.desc())
    if is_filtered:
        query = query.offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        found = window.take(map(DeliveryRow._make, rows), lambda row: row.attempts)
    if found.has_more or not left or event_id is not None:
        return Part(found, None)
    end = ids.offset(MAX_SEARCHED - 1).limit(1)
    last: str | None = tx.connection.execute(end).scalar_one_or_none()
    return Part(found, last)


def _by_index(
    caller: Caller, webhook_id: str | None, event_id: str | None, status: str | None
) -> tuple[sa.Select[Any], list[sa.ColumnElement[bool]]]:
    """The ids that an index has in their order, and the conditions that are left to look at."""
    ids = sa.select(_t.id).where(_t.organization_id == caller.organization_id)
    is_its = [] if webhook_id is None else [_t.webhook_id == webhook_id]
    has_status = [] if status is None else [_t.status == status]
    if event_id is not None:
        return ids.where(_t.event_id == event_id), [*is_its, *has_status]
    if status in ("failed", "exhausted"):
        return ids.where(*has_status, _IS_UNDELIVERED), is_its
    return ids.where(*is_its), has_status
