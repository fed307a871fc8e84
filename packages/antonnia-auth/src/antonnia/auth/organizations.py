"""Organizations: whom everything belongs to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Optional, cast

from antonnia.core import Items, Page, Transport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.auth.types import Organization

    from .raw import RawOrganizations


class Organizations:
    """The organizations that a token may see; most see their own alone."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawOrganizations:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawOrganizations", Organizations(self._transport.raw()))

    async def create(self, name: str, *, idempotency_key: Optional[str] = None) -> Organization:
        """Make an organization for somebody, as a partner.

        Nobody is in it and it has no token yet; `partner.tokens.create` makes one.

        Args:
            name: 1–255 characters.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            PermissionDeniedError: `not_a_partner`.
        """
        from antonnia.auth.types import Organization, OrganizationCreate

        return await self._transport.post(
            path_of("organizations"),
            Organization,
            make_body(OrganizationCreate, name=name),
            idempotency_key=idempotency_key,
        )

    async def get(self, organization_id: str) -> Organization:
        """Read an organization.

        Args:
            organization_id: The organization, `org_…`.

        Raises:
            NotFoundError: `organization_not_found`.
        """
        from antonnia.auth.types import Organization

        return await self._transport.get(path_of("organizations", organization_id), Organization)

    async def update(self, organization_id: str, *, name: Optional[str] = None) -> Organization:
        """Change an organization; what is left out stays as it is.

        Args:
            organization_id: The organization, `org_…`.
            name: The new name, 1–255 characters.

        Raises:
            NotFoundError: `organization_not_found`.
        """
        from antonnia.auth.types import Organization, OrganizationUpdate

        body = make_body(OrganizationUpdate, name=name)
        return await self._transport.patch(
            path_of("organizations", organization_id), Organization, body
        )

    async def delete(self, organization_id: str) -> None:
        """Close an organization that you made as a partner.

        Its tokens let nobody in any more. What belongs to it stays with the operator.

        Args:
            organization_id: The organization, `org_…`.

        Raises:
            NotFoundError: `organization_not_found`.
        """
        return await self._transport.delete(path_of("organizations", organization_id))

    async def search(
        self,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> Page[Organization]:
        """Read organizations from the oldest to the newest.

        Args:
            name: Only those of exactly this name.
            limit: Organizations per page, 1–1000; 100 by default.
            offset: Organizations to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.auth.types import Organization, OrganizationSearch

        body = make_body(OrganizationSearch, name=name, limit=limit, offset=offset, cursor=cursor)
        return await self._transport.search(path_of("organizations", "search"), Organization, body)

    def iter(
        self,
        name: Optional[str] = None,
        *,
        limit: Optional[int] = None,
    ) -> AsyncIterator[Organization]:
        """Go through all organizations, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            name: Only those of exactly this name.
            limit: Organizations per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first organization.
        """
        return Items.of_search(partial(self.search, name, limit))
