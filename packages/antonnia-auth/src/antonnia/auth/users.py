"""Users: the people, who may be members of several organizations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Optional, cast

from antonnia.core import Items, Page, Transport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.auth.types import Role, User

    from .raw import RawUsers


class Users:
    """The people who are members of the organization of the token."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawUsers:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawUsers", Users(self._transport.raw()))

    async def create(
        self,
        name: str,
        email: str,
        role: Optional[Role] = None,
        *,
        idempotency_key: Optional[str] = None,
    ) -> User:
        """Make who has an address a member of the organization.

        They are the same user in every organization, but each has its own name for them, and
        sees no other.

        Args:
            name: What they are called here, 1–255 characters.
            email: Their address.
            role: What they may do: `"owner"`, `"admin"`, `"agent"` or `"viewer"`, which is the
                default.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            ConflictError: `member_exists`.
            PermissionDeniedError: The role may do what the token may not.
        """
        from antonnia.auth.types import User, UserCreate

        return await self._transport.post(
            path_of("users"),
            User,
            make_body(UserCreate, name=name, email=email, role=role),
            idempotency_key=idempotency_key,
        )

    async def get(self, user_id: str) -> User:
        """Read a user.

        Args:
            user_id: The user, `user_…`.

        Raises:
            NotFoundError: `user_not_found`.
        """
        from antonnia.auth.types import User

        return await self._transport.get(path_of("users", user_id), User)

    async def update(self, user_id: str, *, name: Optional[str] = None) -> User:
        """Change what a user is called here; what is left out stays as it is.

        Args:
            user_id: The user, `user_…`.
            name: The new name, 1–255 characters.

        Raises:
            NotFoundError: `user_not_found`.
        """
        from antonnia.auth.types import User, UserUpdate

        body = make_body(UserUpdate, name=name)
        return await self._transport.patch(path_of("users", user_id), User, body)

    async def delete(self, user_id: str) -> None:
        """Take a user out of the organization; their tokens in it are revoked.

        In other organizations they stay as they are.

        Args:
            user_id: The user, `user_…`.

        Raises:
            NotFoundError: `user_not_found`.
            ValidationError: `last_owner`; make somebody else an owner first.
        """
        return await self._transport.delete(path_of("users", user_id))

    async def search(
        self,
        email: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> Page[User]:
        """Read users from the oldest to the newest.

        Args:
            email: Only the one with this address.
            limit: Users per page, 1–1000; 100 by default.
            offset: Users to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.auth.types import User, UserSearch

        body = make_body(UserSearch, email=email, limit=limit, offset=offset, cursor=cursor)
        return await self._transport.search(path_of("users", "search"), User, body)

    def iter(
        self,
        email: Optional[str] = None,
        *,
        limit: Optional[int] = None,
    ) -> AsyncIterator[User]:
        """Go through all users, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            email: Only the one with this address.
            limit: Users per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first user.
        """
        return Items.of_search(partial(self.search, email, limit))
