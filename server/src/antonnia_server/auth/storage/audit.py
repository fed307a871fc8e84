"""The SQL of the audit log, which is only added to."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import audit_entries, audit_horizon, organizations


class AuditRow(NamedTuple):
    organization_id: str
    created_at: int
    id: str
    action: str
    object_id: str | None
    token_id: str | None
    user_id: str | None
    address: str | None
    request_id: str | None


class AuditFilter(NamedTuple):
    """What entries are wanted; None is any."""

    action: str | None = None
    object_id: str | None = None
    token_id: str | None = None
    user_id: str | None = None
    since: int | None = None
    until: int | None = None


class _Id(NamedTuple):
    id: str


_t = audit_entries.c
_COLUMNS = tuple(_t[name] for name in AuditRow._fields)
_INSERT: Statement[AuditRow] = Statement(sa.insert(audit_entries))
# For the work of the platform itself, as are the next ones.
_LIST_ORGANIZATIONS = Statement(sa.select(organizations.c.id).order_by(organizations.c.id), _Id)
_DELETE_HORIZON: Statement[_Id] = Statement(sa.delete(audit_horizon))
_INSERT_HORIZON: Statement[_Id] = Statement(sa.insert(audit_horizon))


def create_entry(tx: Transaction, entry: AuditRow) -> None:
    _INSERT.send(tx, **entry._asdict())


def list_entries(
    tx: Transaction, caller: Caller, window: Window, wanted: AuditFilter
) -> Found[AuditRow]:
    """Entries from the newest to the oldest."""
    query = sa.select(*_COLUMNS).where(_t.organization_id == caller.organization_id)
    for name in ("action", "object_id", "token_id", "user_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(_t[name] == value)
    if wanted.since is not None:
        query = query.where(_t.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_t.created_at < wanted.until)
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) < sa.tuple_(*window.after))
    query = query.order_by(_t.created_at.desc(), _t.id.desc()).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(AuditRow._make, rows), lambda row: row.object_id)


def list_organizations(tx: Transaction) -> list[str]:
    return [each.id for each in _LIST_ORGANIZATIONS.all(tx)]


def set_horizon(tx: Transaction, kept_since: int) -> None:
    """Let go of what is older: without this the database refuses to delete it."""
    _DELETE_HORIZON.run(tx)
    _INSERT_HORIZON.run(tx, id=1, kept_since=kept_since)


def delete_before(tx: Transaction, organization_id: str, kept_since: int, *, at_most: int) -> int:
    """Delete some of the entries of an organization that are too old; how many."""
    old = (
        sa.select(_t.organization_id, _t.created_at, _t.id)
        .where(_t.organization_id == organization_id, _t.created_at < kept_since)
        .order_by(_t.created_at, _t.id)
        .limit(at_most)
    )
    key = sa.tuple_(_t.organization_id, _t.created_at, _t.id)
    return tx.connection.execute(sa.delete(audit_entries).where(key.in_(old))).rowcount
