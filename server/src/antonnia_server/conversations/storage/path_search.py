"""The search for sessions on PostgreSQL.

Its planner chooses between the indexes by what the statistics say of the values that are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..metadata import json_path
from ..tables import sessions
from .sessions import SELECT_SESSIONS, SessionRow


class _Shape(NamedTuple):
    """What makes one statement differ from another."""

    # The names of columns, and whether they must be null.
    filters: tuple[tuple[str, bool], ...]
    has_metadata: bool
    created_after: bool
    created_before: bool
    is_after: bool


_t = sessions.c
# As the index has it: `tables.SEARCHED_METADATA`.
_HAS_METADATA = sa.text(
    "jsonb_set('{}', ARRAY[sessions.organization_id], sessions.metadata::jsonb)"
    " @@ CAST(:path AS jsonpath)"
)


def list_sessions(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    filters: Mapping[str, str | None],
    metadata: Mapping[str, Any],
    created_after: int | None,
    created_before: int | None,
) -> Found[SessionRow]:
    """Sessions from the newest to the oldest."""
    shape = _Shape(
        filters=tuple((name, filters[name] is None) for name in sorted(filters)),
        has_metadata=bool(metadata),
        created_after=created_after is not None,
        created_before=created_before is not None,
        is_after=window.after is not None,
    )
    values: dict[str, Any] = {"organization_id": caller.organization_id}
    values |= {name: value for name, value in filters.items() if value is not None}
    if metadata:
        # A plan for any path takes the worst index for most of them.
        tx.cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        values["path"] = json_path(caller.organization_id, metadata)
    if created_after is not None:
        values["created_after"] = created_after
    if created_before is not None:
        values["created_before"] = created_before
    if window.after is not None:
        values["after_at"], values["after_id"] = window.after
    rows = _statement(shape).each(tx, **values, offset=window.offset, limit=window.fetch)
    with closing(rows):
        return window.take(rows, lambda row: row.metadata)


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Statement[SessionRow]:
    query = SELECT_SESSIONS.where(_t.organization_id == sa.bindparam("organization_id"))
    for name, is_null in shape.filters:
        query = query.where(_t[name].is_(None) if is_null else _t[name] == sa.bindparam(name))
    if shape.has_metadata:
        query = query.where(_HAS_METADATA)
    if shape.created_after:
        query = query.where(_t.created_at > sa.bindparam("created_after"))
    if shape.created_before:
        query = query.where(_t.created_at < sa.bindparam("created_before"))
    place = (_t.created_at, _t.id)
    if shape.is_after:
        after = sa.tuple_(sa.bindparam("after_at"), sa.bindparam("after_id"))
        query = query.where(sa.tuple_(*place) < after)
    query = query.order_by(*(column.desc() for column in place))
    query = query.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))
    return Statement(query, SessionRow)
