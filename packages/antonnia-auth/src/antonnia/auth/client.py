"""The client of the auth API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antonnia.core import ServiceClient, Transport, path_of

from .audit import Audit
from .members import Members
from .organizations import Organizations
from .partner import Partner
from .permissions import Permissions
from .tokens import Tokens
from .users import Users

if TYPE_CHECKING:
    from antonnia.auth.types import Me


class Auth(ServiceClient):
    """Who may do what: users, members, tokens, and the log of what was done.

    ```python
    async with Auth(token="your_api_token") as client:
        me = await client.me()
        print(me.organization.name, me.permissions)
    ```

    Its options, its retries, and what any call may raise are those of every `ServiceClient`.
    """

    _prefix = "/auth/v1"

    users: Users
    """The people in the organization."""

    members: Members
    """What each of them may do."""

    organizations: Organizations
    """The organization of the token; and others, for who may make them."""

    tokens: Tokens
    """What lets programs in."""

    permissions: Permissions
    """What tokens and roles may do."""

    audit: Audit
    """Who changed what, and from where."""

    partner: Partner
    """For partners: organizations that they make for others."""

    async def me(self) -> Me:
        """Say who the token stands for, and what it may do.

        Every token may ask; it needs no permission.

        Raises:
            TokenExpiredError: The token was good until a while ago.
            AuthenticationError: The token is not known, or was revoked.
        """
        from antonnia.auth.types import Me

        return await self._transport.get(path_of("me"), Me)

    def _carry_with(self, transport: Transport) -> None:
        super()._carry_with(transport)
        self.users = Users(transport)
        self.members = Members(transport)
        self.organizations = Organizations(transport)
        self.tokens = Tokens(transport)
        self.permissions = Permissions(transport)
        self.audit = Audit(transport)
        self.partner = Partner(transport)
