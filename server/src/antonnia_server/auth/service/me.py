"""Who calls."""

from __future__ import annotations

from antonnia.auth.types import Me
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.permissions import PERMISSIONS
from antonnia_server.http.refusal import InvalidToken

from .. import wire
from ..storage import members, organizations, tokens


def get_me(tx: Transaction, caller: Caller) -> Me:
    """The token, whose it is, and all that it may do."""
    token = tokens.find_token(tx, caller, caller.token_id or "")
    organization = organizations.find_organization(tx, caller.organization_id)
    if token is None or organization is None:
        # It was deleted within the second that a token is remembered for.
        raise InvalidToken("This token is not known here.")
    member = None
    if token.user_id is not None:
        member = members.find_member_of(tx, caller, token.user_id)
    return Me(
        organization=wire.organization(organization),
        token=wire.token(token),
        permissions=[each for each in PERMISSIONS if each in caller.permissions],
        user=None if member is None else wire.user(member),
        role=None if member is None else member.role,
    )
