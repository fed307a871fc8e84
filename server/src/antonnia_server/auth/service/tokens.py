"""Tokens over the API: none may do more than whoever makes it or gives it a new secret."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia.auth.types import (
    Token,
    TokenCreate,
    TokenRotate,
    TokenSearch,
    TokenUpdate,
    TokenWithSecret,
)
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.permissions import PERMISSIONS, granted_by
from antonnia_server.http.refusal import PermissionDenied, invalid

from .. import wire
from ..errors import TokenNotActive, TokenNotFound, UserNotFound
from ..secrets import SHOWN_CHARACTERS, hash_secret, new_secret
from ..storage import members
from ..storage import tokens as storage
from ..storage.tokens import TokenRow
from .identities import TOPIC
from .organizations import add_token


def create_token(tx: Transaction, caller: Caller, body: TokenCreate) -> TokenWithSecret:
    """Make a token that may do no more than the caller."""
    refuse_unknown(body.permissions, ["body", "permissions"])
    refuse_more_than_own(caller, body.permissions)
    expires_at = None
    if body.expires_at is not None:
        expires_at = moment_of(body.expires_at, ["body", "expires_at"])
        if expires_at <= tx.now:
            raise invalid(["body", "expires_at"], "is in the past; the token would never work")
    if body.user_id is not None:
        # Whoever removes the member revokes this token too, or it is not made.
        tx.hold("members", caller.organization_id)
        if members.find_member_of(tx, caller, body.user_id) is None:
            raise UserNotFound(body.user_id)
    row, secret = add_token(
        tx,
        caller.organization_id,
        body.name,
        permissions=list(dict.fromkeys(body.permissions)),
        expires_at=expires_at,
        user_id=body.user_id,
    )
    return wire.token_with_secret(row, secret)


def get_token(tx: Transaction, caller: Caller, token_id: str) -> Token:
    row = storage.find_token(tx, caller, token_id)
    if row is None:
        raise TokenNotFound(token_id)
    return wire.token(row)


def search_tokens(tx: Transaction, caller: Caller, body: TokenSearch) -> Listing[Token]:
    """Tokens from the oldest to the newest, revoked ones too."""
    wanted = window(body, "tokens", (int, str))
    found = storage.list_tokens(tx, caller, wanted, user_id=body.user_id, is_active=body.is_active)
    return wanted.page(found, wire.token, lambda row: (row.created_at, row.id))


def update_token(tx: Transaction, caller: Caller, token_id: str, body: TokenUpdate) -> Token:
    row = _lock(tx, caller, token_id)
    if "name" not in body.model_fields_set:
        return wire.token(row)
    if body.name is None:
        raise invalid(["body", "name"], "cannot be null")
    storage.set_name(tx, caller, token_id, body.name)
    return wire.token(row._replace(name=body.name))


def rotate_token(
    tx: Transaction, caller: Caller, token_id: str, body: TokenRotate
) -> TokenWithSecret:
    """Give it a new secret. The one before works on for as long as is asked; older ones do not.

    Whoever gets the secret can do what the token can, so they must be able to already.
    """
    row = _lock(tx, caller, token_id)
    refuse_more_than_own(caller, row.permissions)
    if row.revoked_at is not None:
        raise TokenNotActive(token_id, "was revoked")
    if row.expires_at is not None and row.expires_at <= tx.now:
        raise TokenNotActive(token_id, "has expired")
    secret = new_secret()
    prefix = secret[:SHOWN_CHARACTERS]
    until = tx.now + body.overlap_seconds * SECOND
    storage.replace_secret(tx, row, hash_secret(secret), prefix, until=until)
    tx.notify(TOPIC)
    return wire.token_with_secret(row._replace(prefix=prefix), secret)


def revoke_token(tx: Transaction, caller: Caller, token_id: str) -> None:
    """Let it in no more: at once here, and within a second in any other process.

    It stays in lists, as one that was revoked.
    """
    row = _lock(tx, caller, token_id)
    if row.revoked_at is None:
        storage.revoke_token(tx, caller, token_id)
        tx.notify(TOPIC)


def refuse_unknown(permissions: Sequence[str], loc: list[str | int]) -> None:
    """Refuse permissions that there are not, and say which there are.

    Raises:
        ValidationFailed: It names the first of them.
    """
    for index, permission in enumerate(permissions):
        if permission not in PERMISSIONS:
            known = ", ".join(PERMISSIONS)
            reason = f"there is no permission {permission!r}; there are: {known}"
            raise invalid([*loc, index], reason)


def refuse_more_than_own(caller: Caller, permissions: Sequence[str]) -> None:
    """Refuse to give away what the caller does not have.

    Raises:
        PermissionDenied: It names the first of those that are missing.
    """
    missing = sorted(granted_by(permissions) - caller.permissions)
    if missing:
        is_of_user = caller.user_id is not None
        raise PermissionDenied(missing[0], is_of_user=is_of_user, is_given=True)


def _lock(tx: Transaction, caller: Caller, token_id: str) -> TokenRow:
    row = storage.lock_token(tx, caller, token_id)
    if row is None:
        raise TokenNotFound(token_id)
    return row
