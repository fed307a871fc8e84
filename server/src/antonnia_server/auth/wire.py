"""From rows to what leaves the server."""

from __future__ import annotations

from antonnia.auth.types import AuditEntry, Member, Organization, Token, TokenWithSecret, User
from antonnia_server.clock import to_datetime, to_optional_datetime

from .storage.audit import AuditRow
from .storage.members import MemberRow
from .storage.organizations import OrganizationRow
from .storage.tokens import TokenRow


def organization(row: OrganizationRow) -> Organization:
    return Organization(
        id=row.id,
        name=row.shown_name or row.name,
        type=row.type,
        partner_id=row.partner_id,
        created_at=to_datetime(row.created_at),
        updated_at=to_optional_datetime(row.updated_at),
    )


def token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        permissions=row.permissions,
        prefix=row.prefix,
        user_id=row.user_id,
        created_at=to_datetime(row.created_at),
        expires_at=to_optional_datetime(row.expires_at),
        last_used_at=to_optional_datetime(row.last_used_at),
        revoked_at=to_optional_datetime(row.revoked_at),
    )


def token_with_secret(row: TokenRow, secret: str) -> TokenWithSecret:
    return TokenWithSecret(**dict(token(row)), secret=secret)


def user(row: MemberRow) -> User:
    """The user as the organization knows them."""
    return User(
        id=row.user_id, name=row.name, email=row.email, created_at=to_datetime(row.created_at)
    )


def member(row: MemberRow) -> Member:
    return Member(
        id=row.id,
        user_id=row.user_id,
        organization_id=row.organization_id,
        email=row.email,
        role=row.role,
        created_at=to_datetime(row.created_at),
    )


def audit_entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        organization_id=row.organization_id,
        created_at=to_datetime(row.created_at),
        action=row.action,
        object_id=row.object_id,
        token_id=row.token_id,
        user_id=row.user_id,
        address=row.address,
        request_id=row.request_id,
    )
