"""Members: what a user may do within the organization."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Optional, cast

from antonnia.core import Items, Page, Transport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.auth.types import Member, Role

    from .raw import RawMembers


class Members:
    """The memberships of users in the organization of the token, each with a role."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawMembers:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawMembers", Members(self._transport.raw()))

    async def create(
        self,
        email: str,
        role: Role,
        name: Optional[str] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> Member:
        """Make who has an address a member; a user is made if there is none with it.

        Args:
            email: Their address.
            role: What they may do: `"owner"`, `"admin"`, `"agent"` or `"viewer"`.
            name: What a new user is called, 1–255 characters; by default as before the `@`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            ConflictError: `member_exists`.
            PermissionDeniedError: The role may do what the token may not.
        """
        from antonnia.auth.types import Member, MemberCreate

        return await self._transport.post(
            path_of("members"),
            Member,
            make_body(MemberCreate, email=email, role=role, name=name),
            idempotency_key=idempotency_key,
        )

    async def get(self, member_id: str) -> Member:
        """Read a member.

        Args:
            member_id: The member, `memb_…`.

        Raises:
            NotFoundError: `member_not_found`.
        """
        from antonnia.auth.types import Member

        return await self._transport.get(path_of("members", member_id), Member)

    async def update(self, member_id: str, *, role: Optional[Role] = None) -> Member:
        """Change what a member may do; within a second it holds for their tokens too.

        Args:
            member_id: The member, `memb_…`.
            role: The new role: `"owner"`, `"admin"`, `"agent"` or `"viewer"`.

        Raises:
            NotFoundError: `member_not_found`.
            PermissionDeniedError: The role may do what the token may not.
            ValidationError: `last_owner`; make somebody else an owner first.
        """
        from antonnia.auth.types import Member, MemberUpdate

        body = make_body(MemberUpdate, role=role)
        return await self._transport.patch(path_of("members", member_id), Member, body)

    async def delete(self, member_id: str) -> None:
        """End a membership; the tokens of the user in the organization are revoked.

        Args:
            member_id: The member, `memb_…`.

        Raises:
            NotFoundError: `member_not_found`.
            ValidationError: `last_owner`; make somebody else an owner first.
        """
        return await self._transport.delete(path_of("members", member_id))

    async def search(
        self,
        user_id: Optional[str] = None,
        email: Optional[str] = None,
        role: Optional[Role] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> Page[Member]:
        """Read members from the oldest to the newest.

        Args:
            user_id: Only this user, `user_…`.
            email: Only the one with this address.
            role: Only those with this role.
            limit: Members per page, 1–1000; 100 by default.
            offset: Members to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.auth.types import Member, MemberSearch

        body = make_body(
            MemberSearch,
            user_id=user_id,
            email=email,
            role=role,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )
        return await self._transport.search(path_of("members", "search"), Member, body)

    def iter(
        self,
        user_id: Optional[str] = None,
        email: Optional[str] = None,
        role: Optional[Role] = None,
        *,
        limit: Optional[int] = None,
    ) -> AsyncIterator[Member]:
        """Go through all members, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            user_id: Only this user, `user_…`.
            email: Only the one with this address.
            role: Only those with this role.
            limit: Members per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first member.
        """
        return Items.of_search(partial(self.search, user_id, email, role, limit))
