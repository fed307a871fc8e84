# Generated from ../raw.py by `make sync`; do not edit.

# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Protocol

from antonnia.core import SyncPage

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.auth.types import (
        AuditEntry,
        Member,
        Organization,
        PartnerToken,
        Permission,
        Role,
        Token,
        TokenWithSecret,
        User,
    )
    from antonnia.core import RawResponse


class SyncRawAudit(Protocol):
    """`SyncAudit`, with answers as they came."""

    def search(
        self,
        action: Optional[str] = None,
        object_id: Optional[str] = None,
        token_id: Optional[str] = None,
        user_id: Optional[str] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        limit: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[AuditEntry]]:
        """Read changes from the newest to the oldest."""
        ...


class SyncRawMembers(Protocol):
    """`SyncMembers`, with answers as they came."""

    def create(
        self,
        email: str,
        role: Role,
        name: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Member]:
        """Make who has an address a member; a user is made if there is none with it."""
        ...

    def get(self, member_id: str) -> RawResponse[Member]:
        """Read a member."""
        ...

    def update(self, member_id: str, *, role: Optional[Role] = None) -> RawResponse[Member]:
        """Change what a member may do; within a second it holds for their tokens too."""
        ...

    def delete(self, member_id: str) -> RawResponse[None]:
        """End a membership; the tokens of the user in the organization are revoked."""
        ...

    def search(
        self,
        user_id: Optional[str] = None,
        email: Optional[str] = None,
        role: Optional[Role] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Member]]:
        """Read members from the oldest to the newest."""
        ...


class SyncRawOrganizations(Protocol):
    """`SyncOrganizations`, with answers as they came."""

    def create(
        self, name: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Make an organization for somebody, as a partner."""
        ...

    def get(self, organization_id: str) -> RawResponse[Organization]:
        """Read an organization."""
        ...

    def update(
        self, organization_id: str, *, name: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Change an organization; what is left out stays as it is."""
        ...

    def delete(self, organization_id: str) -> RawResponse[None]:
        """Close an organization that you made as a partner."""
        ...

    def search(
        self,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Organization]]:
        """Read organizations from the oldest to the newest."""
        ...


class SyncRawPartnerOrganizations(Protocol):
    """`SyncPartnerOrganizations`, with answers as they came."""

    def create(
        self, name: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Make an organization for somebody."""
        ...

    def list(self) -> RawResponse[SyncPage[Organization]]:
        """Read the organizations that the partner made, from the oldest to the newest."""
        ...


class SyncRawPartnerMembers(Protocol):
    """`SyncPartnerMembers`, with answers as they came."""

    def create(
        self, organization_id: str, email: str, role: Role, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Member]:
        """Make who has an address a member; a user is made if there is none with it."""
        ...


class SyncRawPartnerTokens(Protocol):
    """`SyncPartnerTokens`, with answers as they came."""

    def create(
        self,
        organization_id: str,
        key_name: str,
        app_id: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[PartnerToken]:
        """Make a token that lets a program into an organization."""
        ...


class SyncRawPermissions(Protocol):
    """`SyncPermissions`, with answers as they came."""

    def list(self) -> RawResponse[List[Permission]]:
        """Read all permissions, each with the roles that have it."""
        ...


class SyncRawTokens(Protocol):
    """`SyncTokens`, with answers as they came."""

    def create(
        self,
        name: str,
        permissions: List[str],
        *,
        expires_at: Optional[datetime] = None,
        user_id: Optional[str] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[TokenWithSecret]:
        """Make a token."""
        ...

    def get(self, token_id: str) -> RawResponse[Token]:
        """Read a token; one that was revoked too."""
        ...

    def update(self, token_id: str, *, name: Optional[str] = None) -> RawResponse[Token]:
        """Change a token; what is left out stays as it is."""
        ...

    def delete(self, token_id: str) -> RawResponse[None]:
        """Revoke a token; within a second no server takes it."""
        ...

    def search(
        self,
        user_id: Optional[str] = None,
        is_active: Optional[bool] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Token]]:
        """Read tokens from the oldest to the newest."""
        ...

    def rotate(
        self,
        token_id: str,
        overlap_seconds: Optional[int] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[TokenWithSecret]:
        """Give a token a new secret."""
        ...


class SyncRawUsers(Protocol):
    """`SyncUsers`, with answers as they came."""

    def create(
        self,
        name: str,
        email: str,
        role: Optional[Role] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[User]:
        """Make who has an address a member of the organization."""
        ...

    def get(self, user_id: str) -> RawResponse[User]:
        """Read a user."""
        ...

    def update(self, user_id: str, *, name: Optional[str] = None) -> RawResponse[User]:
        """Change what a user is called here; what is left out stays as it is."""
        ...

    def delete(self, user_id: str) -> RawResponse[None]:
        """Take a user out of the organization; their tokens in it are revoked."""
        ...

    def search(
        self,
        email: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[User]]:
        """Read users from the oldest to the newest."""
        ...
