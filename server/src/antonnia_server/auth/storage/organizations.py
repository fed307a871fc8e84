"""The SQL of organizations."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import organizations, partnerships


class OrganizationRow(NamedTuple):
    id: str
    name: str
    type: str
    created_at: int
    updated_at: int | None
    shown_name: str | None
    partner_id: str | None


class _Id(NamedTuple):
    id: str


_t = organizations.c
_p = partnerships.c
_COLUMNS = (*(_t[name] for name in OrganizationRow._fields[:-1]), _p.organization_id)
_WITH_PARTNER = organizations.outerjoin(partnerships, _p.child_id == _t.id)
_INSERT: Statement[OrganizationRow] = Statement(sa.insert(organizations))
_FIND = Statement(
    sa.select(*_COLUMNS).select_from(_WITH_PARTNER).where(_t.id == sa.bindparam("org")),
    OrganizationRow,
)
_FIND_BY_NAME = Statement(
    sa.select(*_COLUMNS).select_from(_WITH_PARTNER).where(_t.name == sa.bindparam("name")),
    OrganizationRow,
)
# For the operator, who stands above organizations.
_LIST = Statement(
    sa.select(*_COLUMNS).select_from(_WITH_PARTNER).order_by(_t.name), OrganizationRow
)


# Of the row alone, and not of its key, which rows that refer to it hold.
_LOCK = Statement(
    sa.select(_t.id).where(_t.id == sa.bindparam("org")).with_for_update(key_share=True), _Id
)
_SET_NAME: Statement[OrganizationRow] = Statement(
    sa.update(organizations)
    .where(_t.id == sa.bindparam("org"))
    .values(shown_name=sa.bindparam("shown_name"), updated_at=sa.bindparam("now"))
)
_SET_TYPE: Statement[OrganizationRow] = Statement(
    sa.update(organizations)
    .where(_t.id == sa.bindparam("org"))
    .values(type=sa.bindparam("type"), updated_at=sa.bindparam("now"))
)
_INSERT_PARTNERSHIP: Statement[OrganizationRow] = Statement(sa.insert(partnerships))
_DELETE_PARTNERSHIP: Statement[OrganizationRow] = Statement(
    sa.delete(partnerships).where(
        _p.organization_id == sa.bindparam("org"), _p.child_id == sa.bindparam("child")
    )
)


def create_organization(
    tx: Transaction, organization_id: str, name: str, *, shown_name: str | None = None
) -> None:
    _INSERT.run(
        tx,
        id=organization_id,
        name=name,
        type="standard",
        created_at=tx.now,
        updated_at=None,
        shown_name=shown_name,
    )


def create_partnership(tx: Transaction, caller: Caller, child_id: str) -> None:
    """Let the caller's organization be the partner that has made another."""
    _INSERT_PARTNERSHIP.run(
        tx, organization_id=caller.organization_id, child_id=child_id, created_at=tx.now
    )


def delete_partnership(tx: Transaction, caller: Caller, child_id: str) -> None:
    _DELETE_PARTNERSHIP.run(tx, org=caller.organization_id, child=child_id)


def set_type(tx: Transaction, organization_id: str, type: str) -> None:
    _SET_TYPE.run(tx, org=organization_id, type=type, now=tx.now)


def set_shown_name(tx: Transaction, organization_id: str, name: str) -> None:
    _SET_NAME.run(tx, org=organization_id, shown_name=name, now=tx.now)


def find_visible(tx: Transaction, caller: Caller, organization_id: str) -> OrganizationRow | None:
    """An organization, if it is the caller's own or one that it has made as a partner."""
    return _visible(caller, _FIND.find(tx, org=organization_id))


def lock_visible(tx: Transaction, caller: Caller, organization_id: str) -> OrganizationRow | None:
    # Who has waited for it looks only then: the partnership may have ended meanwhile.
    _LOCK.find(tx, org=organization_id)
    return find_visible(tx, caller, organization_id)


def lock_organization(tx: Transaction, caller: Caller) -> None:
    """Hold the caller's own organization."""
    _LOCK.find(tx, org=caller.organization_id)


def _visible(caller: Caller, row: OrganizationRow | None) -> OrganizationRow | None:
    if row is None or caller.organization_id not in (row.id, row.partner_id):
        return None
    return row


def list_visible(
    tx: Transaction, caller: Caller, window: Window, *, name: str | None, is_made: bool
) -> Found[OrganizationRow]:
    """The caller's own organization, unless only those made are wanted, and those it has made."""
    own = sa.false() if is_made else _t.id == caller.organization_id
    query = (
        sa.select(*_COLUMNS)
        .select_from(_WITH_PARTNER)
        .where(sa.or_(own, _p.organization_id == caller.organization_id))
    )
    if name is not None:
        query = query.where(sa.func.coalesce(_t.shown_name, _t.name) == name)
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) > sa.tuple_(*window.after))
    query = query.order_by(_t.created_at, _t.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(OrganizationRow._make, rows), lambda row: row.shown_name)


def find_organization(tx: Transaction, organization_id: str) -> OrganizationRow | None:
    return _FIND.find(tx, org=organization_id)


def find_organization_by_name(tx: Transaction, name: str) -> OrganizationRow | None:
    return _FIND_BY_NAME.find(tx, name=name)


def list_organizations(tx: Transaction) -> list[OrganizationRow]:
    return _LIST.all(tx)
