"""The SQL of organizations and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction

from .tables import organizations, tokens


class TokenRow(NamedTuple):
    organization_id: str
    id: str
    permissions: list[str]
    expires_at: int | None
    revoked_at: int | None


class OrganizationRow(NamedTuple):
    id: str
    name: str


_INSERT_ORGANIZATION: Statement[OrganizationRow] = Statement(sa.insert(organizations))
_INSERT_TOKEN: Statement[TokenRow] = Statement(sa.insert(tokens))
_FIND_ORGANIZATION = Statement(
    sa.select(organizations.c.id, organizations.c.name).where(
        organizations.c.name == sa.bindparam("name")
    ),
    OrganizationRow,
)
# For the operator, who stands above organizations.
_LIST_ORGANIZATIONS = Statement(
    sa.select(organizations.c.id, organizations.c.name).order_by(organizations.c.name),
    OrganizationRow,
)
# Not bound to an organization: this is the query that finds out which one is calling.
_FIND_TOKEN = Statement(
    sa.select(
        tokens.c.organization_id,
        tokens.c.id,
        tokens.c.permissions,
        tokens.c.expires_at,
        tokens.c.revoked_at,
    ).where(tokens.c.secret_hash == sa.bindparam("secret_hash")),
    TokenRow,
)


def create_organization(tx: Transaction, organization_id: str, name: str) -> None:
    _INSERT_ORGANIZATION.run(
        tx,
        id=organization_id,
        name=name,
        type="standard",
        created_at=tx.now,
        updated_at=None,
    )


def find_organization(tx: Transaction, name: str) -> OrganizationRow | None:
    return _FIND_ORGANIZATION.find(tx, name=name)


def list_organizations(tx: Transaction) -> list[OrganizationRow]:
    return _LIST_ORGANIZATIONS.all(tx)


def create_token(
    tx: Transaction,
    organization_id: str,
    token_id: str,
    *,
    name: str,
    permissions: Sequence[str],
    prefix: str,
    secret_hash: bytes,
) -> None:
    _INSERT_TOKEN.run(
        tx,
        organization_id=organization_id,
        id=token_id,
        name=name,
        permissions=list(permissions),
        prefix=prefix,
        secret_hash=secret_hash,
        user_id=None,
        created_at=tx.now,
        expires_at=None,
        last_used_at=None,
        revoked_at=None,
    )


def find_token(tx: Transaction, secret_hash: bytes) -> TokenRow | None:
    return _FIND_TOKEN.find(tx, secret_hash=secret_hash)
