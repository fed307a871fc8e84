"""The paths of the auth service."""

from . import me, members, organizations, partners, tokens, users

ROUTERS = (
    me.router,
    tokens.router,
    users.router,
    members.router,
    organizations.router,
    partners.router,
)
