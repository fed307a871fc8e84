"""The rules of organizations and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.authentication import Identity
from antonnia_server.http.permissions import EVERYTHING, granted_by
from antonnia_server.http.refusal import InvalidToken, TokenExpired, TokenRevoked

from . import storage
from .secrets import SHOWN_CHARACTERS, hash_secret, new_secret
from .storage import OrganizationRow as OrganizationRow


class CreatedToken(NamedTuple):
    """A new token; its secret is shown this once."""

    token: str
    organization_id: str


def find_or_create_organization(tx: Transaction, name: str) -> str:
    """The id of the organization of that name, which is made if it is new."""
    tx.hold("organization", name)
    found = storage.find_organization(tx, name)
    if found is not None:
        return found.id
    organization_id = ids.new("org")
    storage.create_organization(tx, organization_id, name)
    return organization_id


def list_organizations(tx: Transaction) -> list[OrganizationRow]:
    """All of them, by name; only for the operator."""
    return storage.list_organizations(tx)


def create_token(
    tx: Transaction,
    organization_id: str,
    name: str,
    *,
    permissions: Sequence[str] = (EVERYTHING,),
) -> CreatedToken:
    secret = new_secret()
    storage.create_token(
        tx,
        organization_id,
        ids.new("tok"),
        name=name,
        permissions=permissions,
        prefix=secret[:SHOWN_CHARACTERS],
        secret_hash=hash_secret(secret),
    )
    return CreatedToken(secret, organization_id)


def identify(tx: Transaction, secret_hash: bytes) -> Identity:
    """What the token with this hash stands for."""
    token = storage.find_token(tx, secret_hash)
    if token is None:
        raise InvalidToken("This token is not known here.")
    if token.revoked_at is not None:
        raise TokenRevoked("This token was revoked. Use another one.")
    if token.expires_at is not None and token.expires_at <= tx.now:
        raise TokenExpired("This token has expired. Use another one.")
    return Identity(
        token.organization_id, token.id, granted_by(token.permissions), token.expires_at
    )
