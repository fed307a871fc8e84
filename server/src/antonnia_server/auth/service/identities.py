"""Whose a secret is, and what it lets do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.authentication import Identity
from antonnia_server.http.caller import Caller
from antonnia_server.http.permissions import granted_by
from antonnia_server.http.refusal import InvalidToken, TokenExpired, TokenRevoked

from ..roles import permissions_of_role
from ..storage import organizations
from ..storage import tokens as storage
from ..storage.tokens import SecretRow

# What is told when a secret is worth something else than before.
TOPIC = "tokens"
USES_EVERY = 60 * SECOND


def identify(tx: Transaction, secret_hash: bytes) -> Identity:
    """What the secret with this hash stands for.

    Raises:
        InvalidToken, TokenExpired, TokenRevoked: Nothing.
    """
    found = storage.find_secret(tx, secret_hash)
    if found is None:
        raise InvalidToken("This token is not known here.")
    if found.revoked_at is not None:
        raise TokenRevoked("This token was revoked. Use another one.")
    if found.user_id is not None and found.role is None:
        raise TokenRevoked("This token's user is no member any more. Use another one.")
    if found.replaced_until is not None and found.replaced_until <= tx.now:
        raise TokenRevoked("This token was rotated. Use its new secret.")
    if found.expires_at is not None and found.expires_at <= tx.now:
        raise TokenExpired("This token has expired. Use another one.")
    ends = [end for end in (found.expires_at, found.replaced_until) if end is not None]
    return Identity(
        found.organization_id,
        found.id,
        _permissions_of(found),
        expires_at=min(ends, default=None),
        user_id=found.user_id,
        secret_hash=secret_hash,
        is_used_anew=found.last_used_at is None or found.last_used_at <= tx.now - USES_EVERY,
    )


def confirm(tx: Transaction, caller: Caller) -> Caller:
    """The caller as they are now, who may have been let in a while ago.

    What decides who is let in must not be changed by somebody who is let in no more: a revoked
    token would make another one, which nobody revokes. The organization is held until the unit
    ends, so that no other unit changes meanwhile what was looked at.

    Raises:
        InvalidToken, TokenExpired, TokenRevoked: They would not be let in any more.
    """
    if caller.secret_hash is None:
        return caller
    organizations.lock_organization(tx, caller)
    identity = identify(tx, caller.secret_hash)
    return replace(caller, permissions=identity.permissions)


def _permissions_of(found: SecretRow) -> frozenset[str]:
    """What the token says, of which its user, if it has one, may do no more than the role."""
    granted = granted_by(found.permissions)
    if found.user_id is None:
        return granted
    return granted & granted_by(permissions_of_role(found.role))


def note_uses(tx: Transaction, identities: Iterable[Identity]) -> None:
    """Write down that tokens are used now; what another process wrote in the same minute stays."""
    for identity in sorted(identities, key=lambda each: each.token_id):
        storage.set_last_used(
            tx, identity.organization_id, identity.token_id, before=tx.now - USES_EVERY
        )
