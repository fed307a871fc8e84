# Generated from ../partner.py by `make sync`; do not edit.

"""Partners: who make organizations for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, cast

from antonnia.core import SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.auth.types import Member, Organization, PartnerToken, Role

    from .raw import SyncRawPartnerMembers, SyncRawPartnerOrganizations, SyncRawPartnerTokens


class SyncPartner:
    """What the token of a partner may do; all others get a `PermissionDeniedError`."""

    organizations: SyncPartnerOrganizations
    """The organizations that the partner made."""

    members: SyncPartnerMembers
    """Who is in them."""

    tokens: SyncPartnerTokens
    """What lets programs into them."""

    def __init__(self, transport: SyncTransport) -> None:
        self.organizations = SyncPartnerOrganizations(transport)
        self.members = SyncPartnerMembers(transport)
        self.tokens = SyncPartnerTokens(transport)


class SyncPartnerOrganizations:
    """The organizations that a partner made."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawPartnerOrganizations:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawPartnerOrganizations", SyncPartnerOrganizations(self._transport.raw()))

    def create(self, name: str, *, idempotency_key: Optional[str] = None) -> Organization:
        """Make an organization for somebody.

        Args:
            name: 1–255 characters.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            PermissionDeniedError: `not_a_partner`.
        """
        from antonnia.auth.types import Organization, PartnerOrganizationCreate

        return self._transport.post(
            path_of("partner", "organizations"),
            Organization,
            make_body(PartnerOrganizationCreate, name=name),
            idempotency_key=idempotency_key,
        )

    def list(self) -> SyncPage[Organization]:
        """Read the organizations that the partner made, from the oldest to the newest.

        A page has a thousand at most; `iterate_all()` of it goes through all.

        Raises:
            PermissionDeniedError: `not_a_partner`.
        """
        from antonnia.auth.types import Organization

        return self._transport.list(path_of("partner", "organizations"), Organization)


class SyncPartnerMembers:
    """Who is in the organizations of a partner."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawPartnerMembers:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawPartnerMembers", SyncPartnerMembers(self._transport.raw()))

    def create(
        self,
        organization_id: str,
        email: str,
        role: Role,
        *,
        idempotency_key: Optional[str] = None,
    ) -> Member:
        """Make who has an address a member; a user is made if there is none with it.

        Args:
            organization_id: One of the partner's organizations, `org_…`.
            email: Their address.
            role: What they may do: `"owner"`, `"admin"`, `"agent"` or `"viewer"`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            ConflictError: `member_exists`.
            NotFoundError: `organization_not_found`.
            PermissionDeniedError: `not_a_partner`.
        """
        from antonnia.auth.types import Member, PartnerMemberCreate

        return self._transport.post(
            path_of("partner", "organizations", organization_id, "members"),
            Member,
            make_body(PartnerMemberCreate, email=email, role=role),
            idempotency_key=idempotency_key,
        )


class SyncPartnerTokens:
    """What lets programs into the organizations of a partner."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawPartnerTokens:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawPartnerTokens", SyncPartnerTokens(self._transport.raw()))

    def create(
        self,
        organization_id: str,
        key_name: str,
        app_id: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> PartnerToken:
        """Make a token that lets a program into an organization.

        The answer holds the `secret`, which programs send; it is never shown again.

        Args:
            organization_id: One of the partner's organizations, `org_…`.
            key_name: What it is for, 1–255 characters.
            app_id: The app of the partner's that it is for, 1–255 characters; with it the token
                is an `app_token`, without it an `account_token`.
            idempotency_key: Makes repeating the call harmless for 24 hours; a repeated answer
                holds no secret.

        Raises:
            NotFoundError: `organization_not_found`.
            PermissionDeniedError: `not_a_partner`.
        """
        from antonnia.auth.types import PartnerToken, PartnerTokenCreate

        return self._transport.post(
            path_of("partner", "organizations", organization_id, "tokens"),
            PartnerToken,
            make_body(PartnerTokenCreate, key_name=key_name, app_id=app_id),
            idempotency_key=idempotency_key,
        )
