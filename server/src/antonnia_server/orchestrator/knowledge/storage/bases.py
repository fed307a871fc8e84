"""The SQL of knowledge bases."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import knowledge_bases

_bases = knowledge_bases.c


class BaseRow(NamedTuple):
    id: str
    name: str
    entry_count: int
    index_format: int
    rebuilt_to: int | None
    calibration: dict[str, Any] | None
    created_at: int
    updated_at: int


class OldBase(NamedTuple):
    """A base whose index is of an older format."""

    organization_id: str
    id: str


_COLUMNS = [_bases[name] for name in BaseRow._fields]
# The row of a deleted base stays, so that what still names it can tell it from a mistake.
_IS_KEPT = _bases.deleted_at.is_(None)

_FIND = Statement(
    sa.select(*_COLUMNS).where(
        _bases.organization_id == sa.bindparam("organization_id"),
        _bases.id == sa.bindparam("knowledge_id"),
        _IS_KEPT,
    ),
    BaseRow,
)


def insert_base(
    tx: Transaction, caller: Caller, knowledge_id: str, name: str, *, index_format: int
) -> None:
    tx.connection.execute(
        sa.insert(knowledge_bases).values(
            organization_id=caller.organization_id,
            id=knowledge_id,
            name=name,
            index_format=index_format,
            created_at=tx.now,
            updated_at=tx.now,
        )
    )


def find_base(tx: Transaction, caller: Caller, knowledge_id: str) -> BaseRow | None:
    return _FIND.find(tx, organization_id=caller.organization_id, knowledge_id=knowledge_id)


def was_deleted(tx: Transaction, caller: Caller, knowledge_id: str) -> bool:
    query = sa.select(_bases.id).where(*_is(caller, knowledge_id), _bases.deleted_at.is_not(None))
    return tx.connection.scalar(query) is not None


def lock_base(tx: Transaction, caller: Caller, knowledge_id: str) -> BaseRow | None:
    query = sa.select(*_COLUMNS).where(*_is(caller, knowledge_id), _IS_KEPT).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else BaseRow(*row)


def list_old(tx: Transaction, *, format: int) -> list[OldBase]:
    """The bases of every organization whose index is not of this format."""
    query = sa.select(_bases.organization_id, _bases.id).where(
        _bases.index_format != format, _IS_KEPT
    )
    return [OldBase(*row) for row in tx.connection.execute(query)]


def find_base_by_name(tx: Transaction, caller: Caller, name: str) -> str | None:
    return tx.connection.scalar(
        sa.select(_bases.id).where(
            _bases.organization_id == caller.organization_id, _bases.name == name
        )
    )


def list_bases(tx: Transaction, caller: Caller, wanted: Window) -> Found[BaseRow]:
    """In the order in which they were made."""
    query = (
        sa.select(*_COLUMNS)
        .where(_bases.organization_id == caller.organization_id, _IS_KEPT)
        .order_by(_bases.id)
        .limit(wanted.fetch)
        .offset(wanted.offset)
    )
    if wanted.after is not None:
        query = query.where(_bases.id > wanted.after[0])
    with tx.connection.execute(query) as rows:
        return wanted.take(map(BaseRow._make, rows), lambda row: row.name)


def touch_base(tx: Transaction, caller: Caller, knowledge_id: str, *, added: int = 0) -> None:
    """Say that its entries have changed, and how many more there are."""
    tx.connection.execute(
        sa.update(knowledge_bases)
        .where(*_is(caller, knowledge_id))
        .values(updated_at=tx.now, entry_count=_bases.entry_count + added)
    )


def update_index(
    tx: Transaction, caller: Caller, knowledge_id: str, *, format: int, rebuilt_to: int | None
) -> None:
    tx.connection.execute(
        sa.update(knowledge_bases)
        .where(*_is(caller, knowledge_id))
        .values(index_format=format, rebuilt_to=rebuilt_to)
    )


def update_calibration(
    tx: Transaction, caller: Caller, knowledge_id: str, calibration: dict[str, Any] | None
) -> None:
    tx.connection.execute(
        sa.update(knowledge_bases).where(*_is(caller, knowledge_id)).values(calibration=calibration)
    )


def rename_base(tx: Transaction, caller: Caller, knowledge_id: str, name: str) -> None:
    tx.connection.execute(
        sa.update(knowledge_bases)
        .where(*_is(caller, knowledge_id))
        .values(name=name, updated_at=tx.now)
    )


def hide_base(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """Nobody finds it from here on, and its name is free."""
    tx.connection.execute(
        sa.update(knowledge_bases)
        .where(*_is(caller, knowledge_id))
        .values(deleted_at=tx.now, name=knowledge_id)
    )


def _is(caller: Caller, knowledge_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_bases.organization_id == caller.organization_id, _bases.id == knowledge_id)
