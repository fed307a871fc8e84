"""Organizations over the API: each sees its own, and a partner those that it has made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from antonnia.auth.types import (
    Member,
    MemberCreate,
    Organization,
    OrganizationCreate,
    OrganizationSearch,
    OrganizationUpdate,
    PartnerMemberCreate,
    PartnerOrganizationCreate,
    PartnerToken,
    PartnerTokenCreate,
)
from antonnia_server import ids
from antonnia_server.clock import to_datetime
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.permissions import EVERYTHING, PERMISSIONS
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import NotAPartner, OrganizationNotFound
from ..storage import organizations as storage
from ..storage import tokens
from . import members
from .audit import record
from .identities import TOPIC
from .organizations import PARTNER, add_token


def create_organization(
    tx: Transaction, caller: Caller, body: OrganizationCreate | PartnerOrganizationCreate
) -> Organization:
    """Make an organization, as a partner; nobody is in it yet, and it has no token."""
    _refuse_others(tx, caller)
    organization_id = ids.new("org")
    storage.create_organization(tx, organization_id, organization_id, shown_name=body.name)
    storage.create_partnership(tx, caller, organization_id)
    return get_organization(tx, caller, organization_id)


def get_organization(tx: Transaction, caller: Caller, organization_id: str) -> Organization:
    row = storage.find_visible(tx, caller, organization_id)
    if row is None:
        raise OrganizationNotFound(organization_id)
    return wire.organization(row)


def search_organizations(
    tx: Transaction, caller: Caller, body: OrganizationSearch
) -> Listing[Organization]:
    """The caller's own, and those it has made as a partner, from the oldest to the newest."""
    wanted = window(body, "organizations", (int, str))
    found = storage.list_visible(tx, caller, wanted, name=body.name, is_made=False)
    return wanted.page(found, wire.organization, lambda row: (row.created_at, row.id))


def list_made_organizations(
    tx: Transaction, caller: Caller, body: OrganizationSearch
) -> Listing[Organization]:
    """Those that the caller has made as a partner, from the oldest to the newest."""
    _refuse_others(tx, caller)
    wanted = window(body, "made organizations", (int, str))
    found = storage.list_visible(tx, caller, wanted, name=None, is_made=True)
    return wanted.page(found, wire.organization, lambda row: (row.created_at, row.id))


def update_organization(
    tx: Transaction, caller: Caller, organization_id: str, body: OrganizationUpdate
) -> Organization:
    """Change what the API calls it; to the operator it keeps the name that it was made with."""
    row = storage.lock_visible(tx, caller, organization_id)
    if row is None:
        raise OrganizationNotFound(organization_id)
    if "name" in body.model_fields_set:
        if body.name is None:
            raise invalid(["body", "name"], "cannot be null")
        storage.set_shown_name(tx, organization_id, body.name)
        if organization_id != caller.organization_id:
            _record_within(tx, caller, organization_id, "update_organization")
    return get_organization(tx, caller, organization_id)


def delete_organization(tx: Transaction, caller: Caller, organization_id: str) -> None:
    """Close an organization that the caller has made: nobody is let in, and nothing is sent.

    What belongs to it stays in the database, where only the operator comes to it.
    """
    row = storage.lock_visible(tx, caller, organization_id)
    if row is None or row.partner_id != caller.organization_id:
        raise OrganizationNotFound(organization_id)
    within = replace(caller, organization_id=organization_id)
    tokens.revoke_all_tokens(tx, within)
    events.disable_webhooks(tx, within, "the organization was closed")
    storage.delete_partnership(tx, caller, organization_id)
    _record_within(tx, caller, organization_id, "delete_organization")
    tx.notify(TOPIC)


def create_partner_member(
    tx: Transaction, caller: Caller, organization_id: str, body: PartnerMemberCreate
) -> Member:
    within = _within(tx, caller, organization_id)
    member = members.create_member(tx, within, MemberCreate(email=body.email, role=body.role))
    _record_within(tx, caller, organization_id, "create_partner_member", member)
    return member


def create_partner_token(
    tx: Transaction, caller: Caller, organization_id: str, body: PartnerTokenCreate
) -> PartnerToken:
    """Make a token that may do there what the partner's token may do in its own organization."""
    within = _within(tx, caller, organization_id)
    permissions = [each for each in PERMISSIONS if each in within.permissions]
    row, secret = add_token(
        tx,
        within.organization_id,
        body.key_name,
        permissions=[EVERYTHING] if EVERYTHING in permissions else permissions,
        app_id=body.app_id,
    )
    _record_within(tx, caller, organization_id, "create_partner_token", row)
    return PartnerToken(
        key_id=row.id,
        key_name=row.name,
        organization_id=row.organization_id,
        secret=secret,
        app_id=row.app_id,
        type="account_token" if row.app_id is None else "app_token",
        is_active=True,
        created_at=to_datetime(row.created_at),
    )


def _within(tx: Transaction, caller: Caller, organization_id: str) -> Caller:
    """The caller in an organization that it has made, which stays made until the unit ends."""
    _refuse_others(tx, caller)
    row = storage.lock_visible(tx, caller, organization_id)
    if row is None or row.partner_id != caller.organization_id:
        raise OrganizationNotFound(organization_id)
    return replace(caller, organization_id=organization_id)


def _record_within(
    tx: Transaction, caller: Caller, organization_id: str, action: str, result: Any = None
) -> None:
    """Write it in the log of the organization that was made too: its people look there."""
    record(tx, replace(caller, organization_id=organization_id), action, result, (organization_id,))


def _refuse_others(tx: Transaction, caller: Caller) -> None:
    own = storage.find_organization(tx, caller.organization_id)
    if own is None or own.type != PARTNER:
        raise NotAPartner
