"""The SQL of what metadata search looks up on SQLite, kept as sessions are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..metadata import filter_terms, leaves
from ..tables import session_metadata
from . import blocks
from .blocks import Place, Term

if TYPE_CHECKING:
    from .sessions import SessionRow

_INSERT: Statement[Any] = Statement(sa.insert(session_metadata))
_DELETE: Statement[Any] = Statement(
    sa.delete(session_metadata).where(
        session_metadata.c.organization_id == sa.bindparam("organization_id"),
        session_metadata.c.path == sa.bindparam("path"),
        session_metadata.c.value == sa.bindparam("value"),
        session_metadata.c.created_at == sa.bindparam("created_at"),
        session_metadata.c.session_id == sa.bindparam("session_id"),
    )
)


def add_session(tx: Transaction, caller: Caller, session: SessionRow) -> None:
    """A session was created."""
    if tx.is_postgres:
        return
    _INSERT.run_all(tx, _rows(caller, session, leaves(session.metadata)))
    end = blocks.find_end(tx, caller)
    if end is not None and (session.created_at, session.id) <= end:
        blocks.open_from(tx, caller, session.created_at)


def change_session(
    tx: Transaction, caller: Caller, before: SessionRow, session: SessionRow
) -> None:
    """A session was written; only what is another now is touched."""
    if tx.is_postgres:
        return
    removed, added = _difference(
        filter_terms(before.status, before.agent_id), filter_terms(session.status, session.agent_id)
    )
    if before.metadata is not session.metadata:
        gone, new = _difference(leaves(before.metadata), leaves(session.metadata))
        _DELETE.run_all(tx, _rows(caller, session, gone))
        _INSERT.run_all(tx, _rows(caller, session, new))
        removed, added = removed | gone, added | new
    if removed or added:
        place = Place(session.created_at, session.id)
        blocks.change_terms(tx, caller, place, removed=removed, added=added)


def _difference(old: set[Term], new: set[Term]) -> tuple[set[Term], set[Term]]:
    return old - new, new - old


def _rows(caller: Caller, session: SessionRow, terms: Iterable[Term]) -> list[dict[str, Any]]:
    """In the order of their key: the database finds the place of each beside the last one's."""
    return [
        {
            "organization_id": caller.organization_id,
            "path": path,
            "value": value,
            "created_at": session.created_at,
            "session_id": session.id,
        }
        for path, value in sorted(terms)
    ]
