"""Permissions: what tokens and roles may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, cast

from antonnia.core import Transport, path_of

if TYPE_CHECKING:
    from antonnia.auth.types import Permission

    from .raw import RawPermissions


class Permissions:
    """The permissions that there are."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawPermissions:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawPermissions", Permissions(self._transport.raw()))

    async def list(self) -> List[Permission]:
        """Read all permissions, each with the roles that have it.

        They are the same in every organization.
        """
        from antonnia.auth.types import Permission

        return await self._transport.get(path_of("permissions"), List[Permission])
