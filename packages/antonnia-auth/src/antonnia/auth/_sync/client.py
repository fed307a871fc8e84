# Generated from ../client.py by `make sync`; do not edit.

"""The client of the auth API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antonnia.core import SyncServiceClient, SyncTransport, path_of

from .audit import SyncAudit
from .members import SyncMembers
from .organizations import SyncOrganizations
from .partner import SyncPartner
from .permissions import SyncPermissions
from .tokens import SyncTokens
from .users import SyncUsers

if TYPE_CHECKING:
    from antonnia.auth.types import Me


class SyncAuth(SyncServiceClient):
    """Who may do what: users, members, tokens, and the log of what was done.

    ```python
    with SyncAuth(token="your_api_token") as client:
        me = client.me()
        print(me.organization.name, me.permissions)
    ```

    Its options, its retries, and what any call may raise are those of every `SyncServiceClient`.
    """

    _prefix = "/auth/v1"

    users: SyncUsers
    """The people in the organization."""

    members: SyncMembers
    """What each of them may do."""

    organizations: SyncOrganizations
    """The organization of the token; and others, for who may make them."""

    tokens: SyncTokens
    """What lets programs in."""

    permissions: SyncPermissions
    """What tokens and roles may do."""

    audit: SyncAudit
    """Who changed what, and from where."""

    partner: SyncPartner
    """For partners: organizations that they make for others."""

    def me(self) -> Me:
        """Say who the token stands for, and what it may do.

        Every token may ask; it needs no permission.

        Raises:
            TokenExpiredError: The token was good until a while ago.
            AuthenticationError: The token is not known, or was revoked.
        """
        from antonnia.auth.types import Me

        return self._transport.get(path_of("me"), Me)

    def _carry_with(self, transport: SyncTransport) -> None:
        super()._carry_with(transport)
        self.users = SyncUsers(transport)
        self.members = SyncMembers(transport)
        self.organizations = SyncOrganizations(transport)
        self.tokens = SyncTokens(transport)
        self.permissions = SyncPermissions(transport)
        self.audit = SyncAudit(transport)
        self.partner = SyncPartner(transport)
