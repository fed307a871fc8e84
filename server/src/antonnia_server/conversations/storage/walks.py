"""Walks along an index: the newest session first, each checked for what else is wanted.

What is wanted varies, but not much: the statement of each shape is compiled once and kept. To
build it anew for each search took longer than SQLite does.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import agents, session_metadata, sessions
from .blocks import Place, Term
from .sessions import AGENT_OF_SESSION, SELECT_SESSIONS, SessionRow


class Wanted(NamedTuple):
    """What a search asks for, apart from the page."""

    # Columns of a session with their values, and of its metadata the terms.
    filters: Mapping[str, str | None]
    terms: list[Term]
    created_after: int | None
    created_before: int | None
    # Where the page before this one ended.
    after: Place | None


class Walk(NamedTuple):
    """Along the rows of the first wanted term, or else along an index of the sessions."""

    wanted: Wanted
    along_rows: bool

    def rows(
        self, tx: Transaction, caller: Caller, offset: int, limit: int
    ) -> Generator[SessionRow, None, None]:
        statement = _rows_statement(self._shape(beyond=None))
        return statement.each(tx, **self._values(caller, None), offset=offset, limit=limit)

    def ids_beyond(self, tx: Transaction, caller: Caller, beyond: Place, limit: int) -> list[str]:
        """Only sessions that were created after the one at `beyond`."""
        statement = _ids_statement(self._shape(beyond))
        rows = statement.all(tx, **self._values(caller, beyond), offset=0, limit=limit)
        return [row.id for row in rows]

    def _shape(self, beyond: Place | None) -> _Shape:
        filters, wanted = self.wanted.filters, self.wanted
        return _Shape(
            along_rows=self.along_rows,
            filters=tuple((name, filters[name] is None) for name in sorted(filters)),
            terms=len(wanted.terms),
            created_after=wanted.created_after is not None,
            created_before=wanted.created_before is not None,
            after=wanted.after is not None,
            beyond=beyond is not None,
        )

    def _values(self, caller: Caller, beyond: Place | None) -> dict[str, Any]:
        wanted = self.wanted
        values: dict[str, Any] = {
            "organization_id": caller.organization_id,
            "created_after": wanted.created_after,
            "created_before": wanted.created_before,
            **wanted.filters,
        }
        for number, (path, value) in enumerate(wanted.terms):
            values |= {f"path_{number}": path, f"value_{number}": value}
        for name, place in (("after", wanted.after), ("beyond", beyond)):
            if place is not None:
                values |= {f"{name}_at": place.created_at, f"{name}_id": place.session_id}
        return values


class _Shape(NamedTuple):
    """What makes one statement differ from another."""

    along_rows: bool
    # The names of columns, and whether they must be null.
    filters: tuple[tuple[str, bool], ...]
    terms: int
    created_after: bool
    created_before: bool
    after: bool
    beyond: bool


class _Id(NamedTuple):
    id: str


@lru_cache(maxsize=256)
def _rows_statement(shape: _Shape) -> Statement[SessionRow]:
    return Statement(_query(shape), SessionRow)


@lru_cache(maxsize=256)
def _ids_statement(shape: _Shape) -> Statement[_Id]:
    return Statement(_query(shape).with_only_columns(sessions.c.id), _Id)


def _query(shape: _Shape) -> sa.Select[Any]:
    query = _along_rows() if shape.along_rows else _along_sessions()
    place = _WALKED if shape.along_rows else (sessions.c.created_at, sessions.c.id)
    for name, is_null in shape.filters:
        column: sa.ColumnElement[str] = sessions.c[name]
        if shape.along_rows or (name != "contact_id" and ("contact_id", False) in shape.filters):
            # No bare column: its index, in which half of all sessions may have the value, would
            # perhaps be taken instead.
            column = column.concat("")
        query = query.where(column.is_(None) if is_null else column == sa.bindparam(name))
    for number in range(1 if shape.along_rows else 0, shape.terms):
        query = query.where(_has_term(number, place))
    return _bounded(query, shape, place)


_walked = session_metadata.alias("walked")
_WALKED = (_walked.c.created_at, _walked.c.session_id)
_Columns = tuple[sa.ColumnElement[int], sa.ColumnElement[str]]


def _along_sessions() -> sa.Select[Any]:
    return SELECT_SESSIONS.where(sessions.c.organization_id == sa.bindparam("organization_id"))


def _along_rows() -> sa.Select[Any]:
    of_session = sa.and_(
        sessions.c.organization_id == _walked.c.organization_id,
        sessions.c.id == _walked.c.session_id,
    )
    columns = cast("sa.Select[Any]", sa.select(*SELECT_SESSIONS.selected_columns))
    return columns.select_from(
        _walked.join(sessions, of_session).outerjoin(agents, AGENT_OF_SESSION)
    ).where(
        _walked.c.organization_id == sa.bindparam("organization_id"),
        _walked.c.path == sa.bindparam("path_0"),
        _walked.c.value == sa.bindparam("value_0"),
    )


def _has_term(number: int, place: _Columns) -> sa.Exists:
    """Whether the session is among the rows of that term."""
    other = session_metadata.alias(f"other_{number}")
    created_at, session_id = place
    return sa.exists().where(
        other.c.organization_id == sa.bindparam("organization_id"),
        other.c.path == sa.bindparam(f"path_{number}"),
        other.c.value == sa.bindparam(f"value_{number}"),
        other.c.created_at == created_at,
        other.c.session_id == session_id,
    )


def _bounded(query: sa.Select[Any], shape: _Shape, columns: _Columns) -> sa.Select[Any]:
    created_at, session_id = columns
    place = sa.tuple_(created_at, session_id)
    if shape.created_after:
        query = query.where(created_at > sa.bindparam("created_after"))
    if shape.created_before:
        query = query.where(created_at < sa.bindparam("created_before"))
    if shape.after:
        query = query.where(place < sa.tuple_(sa.bindparam("after_at"), sa.bindparam("after_id")))
    if shape.beyond:
        query = query.where(place > sa.tuple_(sa.bindparam("beyond_at"), sa.bindparam("beyond_id")))
    query = query.order_by(created_at.desc(), session_id.desc())
    return query.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))
