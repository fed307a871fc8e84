# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Protocol

from antonnia.core import Page

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


class RawAudit(Protocol):
    """`Audit`, with answers as they came."""

    async def search(
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
    ) -> RawResponse[Page[AuditEntry]]:
        """Read changes from the newest to the oldest."""
        ...


class RawMembers(Protocol):
    """`Members`, with answers as they came."""

    async def create(
        self,
        email: str,
        role: Role,
        name: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[Member]:
        """Make who has an address a member; a user is made if there is none with it."""
        ...

    async def get(self, member_id: str) -> RawResponse[Member]:
        """Read a member."""
        ...

    async def update(self, member_id: str, *, role: Optional[Role] = None) -> RawResponse[Member]:
        """Change what a member may do; within a second it holds for their tokens too."""
        ...

    async def delete(self, member_id: str) -> RawResponse[None]:
        """End a membership; the tokens of the user in the organization are revoked."""
        ...

    async def search(
        self,
        user_id: Optional[str] = None,
        email: Optional[str] = None,
        role: Optional[Role] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[Page[Member]]:
        """Read members from the oldest to the newest."""
        ...


class RawOrganizations(Protocol):
    """`Organizations`, with answers as they came."""

    async def create(
        self, name: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Make an organization for somebody, as a partner."""
        ...

    async def get(self, organization_id: str) -> RawResponse[Organization]:
        """Read an organization."""
        ...

    async def update(
        self, organization_id: str, *, name: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Change an organization; what is left out stays as it is."""
        ...

    async def delete(self, organization_id: str) -> RawResponse[None]:
        """Close an organization that you made as a partner."""
        ...

    async def search(
        self,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[Page[Organization]]:
        """Read organizations from the oldest to the newest."""
        ...


class RawPartnerOrganizations(Protocol):
    """`PartnerOrganizations`, with answers as they came."""

    async def create(
        self, name: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Organization]:
        """Make an organization for somebody."""
        ...

    async def list(self) -> RawResponse[Page[Organization]]:
        """Read the organizations that the partner made, from the oldest to the newest."""
        ...


class RawPartnerMembers(Protocol):
    """`PartnerMembers`, with answers as they came."""

    async def create(
        self, organization_id: str, email: str, role: Role, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Member]:
        """Make who has an address a member; a user is made if there is none with it."""
        ...


class RawPartnerTokens(Protocol):
    """`PartnerTokens`, with answers as they came."""

    async def create(
        self,
        organization_id: str,
        key_name: str,
        app_id: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[PartnerToken]:
        """Make a token that lets a program into an organization."""
        ...


class RawPermissions(Protocol):
    """`Permissions`, with answers as they came."""

    async def list(self) -> RawResponse[List[Permission]]:
        """Read all permissions, each with the roles that have it."""
        ...


class RawTokens(Protocol):
    """`Tokens`, with answers as they came."""

    async def create(
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

    async def get(self, token_id: str) -> RawResponse[Token]:
        """Read a token; one that was revoked too."""
        ...

    async def update(self, token_id: str, *, name: Optional[str] = None) -> RawResponse[Token]:
        """Change a token; what is left out stays as it is."""
        ...

    async def delete(self, token_id: str) -> RawResponse[None]:
        """Revoke a token; within a second no server takes it."""
        ...

    async def search(
        self,
        user_id: Optional[str] = None,
        is_active: Optional[bool] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[Page[Token]]:
        """Read tokens from the oldest to the newest."""
        ...

    async def rotate(
        self,
        token_id: str,
        overlap_seconds: Optional[int] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[TokenWithSecret]:
        """Give a token a new secret."""
        ...


class RawUsers(Protocol):
    """`Users`, with answers as they came."""

    async def create(
        self,
        name: str,
        email: str,
        role: Optional[Role] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[User]:
        """Make who has an address a member of the organization."""
        ...

    async def get(self, user_id: str) -> RawResponse[User]:
        """Read a user."""
        ...

    async def update(self, user_id: str, *, name: Optional[str] = None) -> RawResponse[User]:
        """Change what a user is called here; what is left out stays as it is."""
        ...

    async def delete(self, user_id: str) -> RawResponse[None]:
        """Take a user out of the organization; their tokens in it are revoked."""
        ...

    async def search(
        self,
        email: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[Page[User]]:
        """Read users from the oldest to the newest."""
        ...
