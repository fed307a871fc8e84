"""Users and members: who is in an organization, and as what.

A person is one user in however many organizations, found by their address. What an organization
calls them is its own, and it sees no other.
"""

from __future__ import annotations

from antonnia.auth.types import (
    Member,
    MemberCreate,
    MemberSearch,
    MemberUpdate,
    User,
    UserCreate,
    UserSearch,
    UserUpdate,
)
from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import LastOwner, MemberExists, MemberNotFound, UserNotFound
from ..roles import permissions_of_role
from ..storage import members as storage
from ..storage import tokens
from ..storage.members import MemberRow
from .identities import TOPIC
from .tokens import refuse_more_than_own

OWNER = "owner"


def create_user(tx: Transaction, caller: Caller, body: UserCreate) -> User:
    """Make a person a member."""
    return wire.user(_add(tx, caller, body.email, body.role, body.name))


def create_member(tx: Transaction, caller: Caller, body: MemberCreate) -> Member:
    """Make a person a member; they may do no more than the caller."""
    name = body.email.partition("@")[0] if body.name is None else body.name
    return wire.member(_add(tx, caller, body.email, body.role, name))


def get_user(tx: Transaction, caller: Caller, user_id: str) -> User:
    return wire.user(_find_user(tx, caller, user_id))


def get_member(tx: Transaction, caller: Caller, member_id: str) -> Member:
    return wire.member(_find(tx, caller, member_id))


def search_users(tx: Transaction, caller: Caller, body: UserSearch) -> Listing[User]:
    wanted = window(body, "users", (int, str))
    found = storage.list_members(tx, caller, wanted, email=body.email)
    return wanted.page(found, wire.user, lambda row: (row.created_at, row.id))


def search_members(tx: Transaction, caller: Caller, body: MemberSearch) -> Listing[Member]:
    wanted = window(body, "members", (int, str))
    found = storage.list_members(
        tx, caller, wanted, user_id=body.user_id, email=body.email, role=body.role
    )
    return wanted.page(found, wire.member, lambda row: (row.created_at, row.id))


def update_user(tx: Transaction, caller: Caller, user_id: str, body: UserUpdate) -> User:
    """Change what the organization calls a person."""
    _hold(tx, caller)
    row = _find_user(tx, caller, user_id)
    if "name" not in body.model_fields_set:
        return wire.user(row)
    if body.name is None:
        raise invalid(["body", "name"], "cannot be null")
    changed = row._replace(name=body.name)
    storage.update_member(tx, changed)
    return wire.user(changed)


def update_member(tx: Transaction, caller: Caller, member_id: str, body: MemberUpdate) -> Member:
    """Change the role of a member: neither from nor to one that may do more than the caller."""
    _hold(tx, caller)
    row = _find(tx, caller, member_id)
    if "role" not in body.model_fields_set:
        return wire.member(row)
    if body.role is None:
        raise invalid(["body", "role"], "cannot be null")
    if body.role == row.role:
        return wire.member(row)
    for role in (row.role, body.role):
        refuse_more_than_own(caller, permissions_of_role(role))
    if body.role != OWNER:
        _refuse_last_owner(tx, caller, row)
    changed = row._replace(role=body.role)
    storage.update_member(tx, changed)
    tx.notify(TOPIC)
    return wire.member(changed)


def delete_user(tx: Transaction, caller: Caller, user_id: str) -> None:
    """End the membership of a person; what other organizations know of them stays."""
    _hold(tx, caller)
    _remove(tx, caller, _find_user(tx, caller, user_id))


def delete_member(tx: Transaction, caller: Caller, member_id: str) -> None:
    """End a membership, and revoke the tokens that belong to it."""
    _hold(tx, caller)
    _remove(tx, caller, _find(tx, caller, member_id))


def _add(tx: Transaction, caller: Caller, email: str, role: str, name: str) -> MemberRow:
    refuse_more_than_own(caller, permissions_of_role(role))
    email_key = email.lower()
    tx.hold("user", email_key)
    _hold(tx, caller)
    user_id = storage.find_user(tx, email_key)
    if user_id is None:
        user_id = ids.new("user")
        storage.create_user(tx, user_id, email_key)
    elif storage.find_member_of(tx, caller, user_id) is not None:
        raise MemberExists(email)
    row = MemberRow(
        organization_id=caller.organization_id,
        id=ids.new("memb"),
        user_id=user_id,
        name=name,
        email=email,
        role=role,
        created_at=tx.now,
    )
    storage.create_member(tx, row)
    return row


def _remove(tx: Transaction, caller: Caller, row: MemberRow) -> None:
    refuse_more_than_own(caller, permissions_of_role(row.role))
    _refuse_last_owner(tx, caller, row)
    storage.delete_member(tx, caller, row.id)
    tokens.revoke_tokens_of(tx, caller, row.user_id)
    tx.notify(TOPIC)


def _refuse_last_owner(tx: Transaction, caller: Caller, row: MemberRow) -> None:
    if row.role == OWNER and storage.count_with_role(tx, caller, OWNER) == 1:
        raise LastOwner


def _hold(tx: Transaction, caller: Caller) -> None:
    """One change at a time: of two owners who remove one another, one stays."""
    tx.hold("members", caller.organization_id)


def _find(tx: Transaction, caller: Caller, member_id: str) -> MemberRow:
    row = storage.find_member(tx, caller, member_id)
    if row is None:
        raise MemberNotFound(member_id)
    return row


def _find_user(tx: Transaction, caller: Caller, user_id: str) -> MemberRow:
    row = storage.find_member_of(tx, caller, user_id)
    if row is None:
        raise UserNotFound(user_id)
    return row
