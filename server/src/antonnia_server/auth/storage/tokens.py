"""The SQL of tokens."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import members, replaced_secrets, tokens


class TokenRow(NamedTuple):
    organization_id: str
    id: str
    name: str
    permissions: list[str]
    prefix: str
    user_id: str | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None
    app_id: str | None


class SecretRow(NamedTuple):
    """What is known of a secret; `replaced_until` is given if the token has a newer one."""

    organization_id: str
    id: str
    permissions: list[str]
    user_id: str | None
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None
    role: str | None
    replaced_until: int | None


class _Hash(NamedTuple):
    secret_hash: bytes


_t = tokens.c
_r = replaced_secrets.c
_COLUMNS = tuple(_t[name] for name in TokenRow._fields)
_IS_IT = (_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("token"))
_INSERT: Statement[TokenRow] = Statement(sa.insert(tokens))
_FIND = Statement(sa.select(*_COLUMNS).where(*_IS_IT), TokenRow)
_LOCK = Statement(sa.select(*_COLUMNS).where(*_IS_IT).with_for_update(), TokenRow)
_SET_NAME: Statement[TokenRow] = Statement(
    sa.update(tokens).where(*_IS_IT).values(name=sa.bindparam("name"))
)
_REVOKE: Statement[TokenRow] = Statement(
    sa.update(tokens).where(*_IS_IT).values(revoked_at=sa.bindparam("now"))
)
_REVOKE_OF_USER: Statement[TokenRow] = Statement(
    sa.update(tokens)
    .where(
        _t.organization_id == sa.bindparam("org"),
        _t.user_id == sa.bindparam("user"),
        _t.revoked_at.is_(None),
    )
    .values(revoked_at=sa.bindparam("now"))
)
_REVOKE_ALL: Statement[TokenRow] = Statement(
    sa.update(tokens)
    .where(_t.organization_id == sa.bindparam("org"), _t.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("now"))
)
_SET_LAST_USED: Statement[TokenRow] = Statement(
    sa.update(tokens)
    .where(*_IS_IT, sa.or_(_t.last_used_at.is_(None), _t.last_used_at <= sa.bindparam("before")))
    .values(last_used_at=sa.bindparam("now"))
)
_FIND_HASH = Statement(sa.select(_t.secret_hash).where(*_IS_IT), _Hash)
_SET_SECRET: Statement[TokenRow] = Statement(
    sa.update(tokens)
    .where(*_IS_IT)
    .values(secret_hash=sa.bindparam("secret_hash"), prefix=sa.bindparam("prefix"))
)
_DELETE_REPLACED: Statement[TokenRow] = Statement(
    sa.delete(replaced_secrets).where(
        _r.organization_id == sa.bindparam("org"), _r.token_id == sa.bindparam("token")
    )
)
_INSERT_REPLACED: Statement[TokenRow] = Statement(sa.insert(replaced_secrets))
_OF_MEMBER = sa.and_(
    members.c.organization_id == _t.organization_id, members.c.user_id == _t.user_id
)
_OF_SECRET = tuple(_t[name] for name in SecretRow._fields[:-2])
# Neither is bound to an organization: these are the queries that find out which one is calling.
_FIND_SECRET = Statement(
    sa.select(*_OF_SECRET, members.c.role, sa.null().label("replaced_until"))
    .select_from(tokens.outerjoin(members, _OF_MEMBER))
    .where(_t.secret_hash == sa.bindparam("secret_hash")),
    SecretRow,
)
_FIND_REPLACED = Statement(
    sa.select(*_OF_SECRET, members.c.role, _r.replaced_until)
    .select_from(
        replaced_secrets.join(
            tokens, sa.and_(_r.organization_id == _t.organization_id, _r.token_id == _t.id)
        ).outerjoin(members, _OF_MEMBER)
    )
    .where(_r.secret_hash == sa.bindparam("secret_hash")),
    SecretRow,
)


def create_token(tx: Transaction, token: TokenRow, secret_hash: bytes) -> None:
    _INSERT.run(tx, **token._asdict(), secret_hash=secret_hash)


def find_token(tx: Transaction, caller: Caller, token_id: str) -> TokenRow | None:
    return _FIND.find(tx, org=caller.organization_id, token=token_id)


def lock_token(tx: Transaction, caller: Caller, token_id: str) -> TokenRow | None:
    return _LOCK.find(tx, org=caller.organization_id, token=token_id)


def find_secret(tx: Transaction, secret_hash: bytes) -> SecretRow | None:
    """The token that has this secret, or had it before it was rotated."""
    found = _FIND_SECRET.find(tx, secret_hash=secret_hash)
    return found or _FIND_REPLACED.find(tx, secret_hash=secret_hash)


def set_name(tx: Transaction, caller: Caller, token_id: str, name: str) -> None:
    _SET_NAME.run(tx, org=caller.organization_id, token=token_id, name=name)


def revoke_token(tx: Transaction, caller: Caller, token_id: str) -> None:
    _REVOKE.run(tx, org=caller.organization_id, token=token_id, now=tx.now)


def revoke_tokens_of(tx: Transaction, caller: Caller, user_id: str) -> None:
    """Revoke every token that a user has in the organization."""
    _REVOKE_OF_USER.run(tx, org=caller.organization_id, user=user_id, now=tx.now)


def revoke_all_tokens(tx: Transaction, caller: Caller) -> None:
    """Revoke every token of the organization."""
    _REVOKE_ALL.run(tx, org=caller.organization_id, now=tx.now)


def set_last_used(tx: Transaction, organization_id: str, token_id: str, *, before: int) -> None:
    """Note that it is used now, if it was not since `before`."""
    _SET_LAST_USED.run(tx, org=organization_id, token=token_id, before=before, now=tx.now)


def replace_secret(
    tx: Transaction, token: TokenRow, secret_hash: bytes, prefix: str, *, until: int
) -> None:
    """Give a token another secret; the one that it had works until then, and none before that."""
    this = {"org": token.organization_id, "token": token.id}
    had = _FIND_HASH.find(tx, **this)
    assert had is not None, "it is locked"
    _DELETE_REPLACED.run(tx, **this)
    _INSERT_REPLACED.run(
        tx,
        organization_id=token.organization_id,
        token_id=token.id,
        secret_hash=had.secret_hash,
        replaced_until=until,
    )
    _SET_SECRET.run(tx, **this, secret_hash=secret_hash, prefix=prefix)


def list_tokens(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    user_id: str | None,
    is_active: bool | None,
) -> Found[TokenRow]:
    """Tokens from the oldest to the newest."""
    query = sa.select(*_COLUMNS).where(_t.organization_id == caller.organization_id)
    if user_id is not None:
        query = query.where(_t.user_id == user_id)
    if is_active is not None:
        active = sa.and_(
            _t.revoked_at.is_(None), sa.or_(_t.expires_at.is_(None), _t.expires_at > tx.now)
        )
        query = query.where(active if is_active else sa.not_(active))
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) > sa.tuple_(*window.after))
    query = query.order_by(_t.created_at, _t.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(TokenRow._make, rows), lambda row: row.permissions)
