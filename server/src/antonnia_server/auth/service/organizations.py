"""Organizations and tokens as the operator makes them, who stands above organizations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.permissions import EVERYTHING

from ..secrets import SHOWN_CHARACTERS, hash_secret, new_secret
from ..storage import organizations as storage
from ..storage import tokens as token_storage
from ..storage.organizations import OrganizationRow as OrganizationRow
from ..storage.tokens import TokenRow

PARTNER = "partner"


class CreatedToken(NamedTuple):
    """A new token; its secret is shown this once."""

    token: str
    organization_id: str


def find_or_create_organization(tx: Transaction, name: str) -> str:
    """The id of the organization of that name, which is made if it is new."""
    tx.hold("organization", name)
    found = storage.find_organization_by_name(tx, name)
    if found is not None:
        return found.id
    organization_id = ids.new("org")
    storage.create_organization(tx, organization_id, name)
    return organization_id


def find_organization(tx: Transaction, name: str) -> OrganizationRow | None:
    """The one that the operator knows by this name."""
    return storage.find_organization_by_name(tx, name)


def list_organizations(tx: Transaction) -> list[OrganizationRow]:
    """All of them, by name; only for the operator."""
    return storage.list_organizations(tx)


def make_partner(tx: Transaction, organization_id: str) -> None:
    """Let an organization make others; only for the operator."""
    row = storage.find_organization(tx, organization_id)
    if row is not None and row.type != PARTNER:
        storage.set_type(tx, organization_id, PARTNER)


def create_token(
    tx: Transaction,
    organization_id: str,
    name: str,
    *,
    permissions: Sequence[str] = (EVERYTHING,),
    expires_at: int | None = None,
    user_id: str | None = None,
) -> CreatedToken:
    """A token of whatever permissions, as the operator may make it."""
    _, secret = add_token(
        tx,
        organization_id,
        name,
        permissions=permissions,
        expires_at=expires_at,
        user_id=user_id,
    )
    return CreatedToken(secret, organization_id)


def add_token(
    tx: Transaction,
    organization_id: str,
    name: str,
    *,
    permissions: Sequence[str],
    expires_at: int | None = None,
    user_id: str | None = None,
    app_id: str | None = None,
) -> tuple[TokenRow, str]:
    """The row of a new token, and its secret, which nothing else holds."""
    secret = new_secret()
    row = TokenRow(
        organization_id=organization_id,
        id=ids.new("tok"),
        name=name,
        permissions=list(permissions),
        prefix=secret[:SHOWN_CHARACTERS],
        user_id=user_id,
        created_at=tx.now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
        app_id=app_id,
    )
    token_storage.create_token(tx, row, hash_secret(secret))
    return row, secret
