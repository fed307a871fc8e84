"""The SQL of session search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..metadata import indexed_path, indexed_value
from ..tables import session_metadata, sessions
from .sessions import SELECT_SESSIONS, SessionRow

# How far each metadata value is counted to find the rarest. A frequent one is not counted to the
# end.
_COUNTED = 1000


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
    """Sessions from the newest to the oldest.

    `filters` gives columns and the values they must equal, `None` for those that must be null.
    """
    pairs = [(indexed_path(path), indexed_value(value)) for path, value in metadata.items()]
    if pairs:
        ids = _ids_by_metadata(tx, caller, pairs)
        created_at, session_id = ids.c.created_at, ids.c.session_id
        query = SELECT_SESSIONS.join(
            ids,
            sa.and_(
                sessions.c.organization_id == caller.organization_id,
                sessions.c.id == session_id,
            ),
        )
    else:
        created_at, session_id = sessions.c.created_at, sessions.c.id
        query = SELECT_SESSIONS.where(sessions.c.organization_id == caller.organization_id)
    for name, value in filters.items():
        query = query.where(sessions.c[name] == value)
    if created_after is not None:
        query = query.where(created_at > created_after)
    if created_before is not None:
        query = query.where(created_at < created_before)
    if window.after is not None:
        query = query.where(sa.tuple_(created_at, session_id) < sa.tuple_(*window.after))
    query = query.order_by(created_at.desc(), session_id.desc())
    query = query.offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(SessionRow._make, rows), lambda row: row.metadata)


def _ids_by_metadata(
    tx: Transaction, caller: Caller, pairs: list[tuple[str, str]]
) -> sa.FromClause:
    """The sessions that have every pair: those of the rarest, each probed for the others."""
    if len(pairs) > 1:
        pairs = sorted(pairs, key=lambda pair: _count(tx, caller, *pair))
    rarest, *others = pairs
    index = session_metadata.alias("rarest")
    query = sa.select(index.c.created_at, index.c.session_id).where(
        index.c.organization_id == caller.organization_id,
        index.c.path == rarest[0],
        index.c.value == rarest[1],
    )
    for number, (path, value) in enumerate(others):
        other = session_metadata.alias(f"other_{number}")
        query = query.where(
            sa.exists().where(
                other.c.organization_id == caller.organization_id,
                other.c.path == path,
                other.c.value == value,
                other.c.created_at == index.c.created_at,
                other.c.session_id == index.c.session_id,
            )
        )
    return query.subquery("matching")


def _count(tx: Transaction, caller: Caller, path: str, value: str) -> int:
    rows = (
        sa.select(sa.literal(1))
        .where(
            session_metadata.c.organization_id == caller.organization_id,
            session_metadata.c.path == path,
            session_metadata.c.value == value,
        )
        .limit(_COUNTED)
        .subquery()
    )
    return tx.connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one()
