"""The SQL of users and members."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import members, users


class MemberRow(NamedTuple):
    organization_id: str
    id: str
    user_id: str
    name: str
    email: str
    role: str
    created_at: int


class _User(NamedTuple):
    id: str


class _Count(NamedTuple):
    number: int


_m = members.c
_COLUMNS = tuple(_m[name] for name in MemberRow._fields)
_IS_IT = (_m.organization_id == sa.bindparam("org"), _m.id == sa.bindparam("member"))
_OF_USER = (_m.organization_id == sa.bindparam("org"), _m.user_id == sa.bindparam("user"))
_FIND = Statement(sa.select(*_COLUMNS).where(*_IS_IT), MemberRow)
_FIND_OF_USER = Statement(sa.select(*_COLUMNS).where(*_OF_USER), MemberRow)
_INSERT: Statement[MemberRow] = Statement(sa.insert(members))
_UPDATE: Statement[MemberRow] = Statement(
    sa.update(members).where(*_IS_IT).values(name=sa.bindparam("name"), role=sa.bindparam("role"))
)
_DELETE: Statement[MemberRow] = Statement(sa.delete(members).where(*_IS_IT))
_COUNT_OF_ROLE = Statement(
    sa.select(sa.func.count()).where(
        _m.organization_id == sa.bindparam("org"), _m.role == sa.bindparam("role")
    ),
    _Count,
)
# Not bound to an organization: a person is the same one in several, and none learns of the others.
_FIND_USER = Statement(
    sa.select(users.c.id).where(users.c.email_key == sa.bindparam("email_key")), _User
)
_INSERT_USER: Statement[_User] = Statement(sa.insert(users))


def find_user(tx: Transaction, email_key: str) -> str | None:
    found = _FIND_USER.find(tx, email_key=email_key)
    return None if found is None else found.id


def create_user(tx: Transaction, user_id: str, email_key: str) -> None:
    _INSERT_USER.run(tx, id=user_id, email_key=email_key, created_at=tx.now)


def create_member(tx: Transaction, member: MemberRow) -> None:
    _INSERT.run(tx, **member._asdict())


def find_member(tx: Transaction, caller: Caller, member_id: str) -> MemberRow | None:
    return _FIND.find(tx, org=caller.organization_id, member=member_id)


def find_member_of(tx: Transaction, caller: Caller, user_id: str) -> MemberRow | None:
    """The membership of a user in the caller's organization."""
    return _FIND_OF_USER.find(tx, org=caller.organization_id, user=user_id)


def update_member(tx: Transaction, member: MemberRow) -> None:
    _UPDATE.run(
        tx, org=member.organization_id, member=member.id, name=member.name, role=member.role
    )


def delete_member(tx: Transaction, caller: Caller, member_id: str) -> None:
    _DELETE.run(tx, org=caller.organization_id, member=member_id)


def count_with_role(tx: Transaction, caller: Caller, role: str) -> int:
    found = _COUNT_OF_ROLE.find(tx, org=caller.organization_id, role=role)
    assert found is not None, "an aggregate is one row"
    return found.number


def list_members(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    user_id: str | None = None,
    email: str | None = None,
    role: str | None = None,
) -> Found[MemberRow]:
    """Members from the oldest to the newest; an address is found however it is capitalized."""
    query = sa.select(*_COLUMNS).where(_m.organization_id == caller.organization_id)
    if user_id is not None:
        query = query.where(_m.user_id == user_id)
    if email is not None:
        query = query.where(sa.func.lower(_m.email) == email.lower())
    if role is not None:
        query = query.where(_m.role == role)
    if window.after is not None:
        query = query.where(sa.tuple_(_m.created_at, _m.id) > sa.tuple_(*window.after))
    query = query.order_by(_m.created_at, _m.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(MemberRow._make, rows), lambda row: [row.name, row.email])
