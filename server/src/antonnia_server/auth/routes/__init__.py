"""The paths of the auth service."""

from . import audit, me, members, organizations, partners, tokens, users

ROUTERS = (
    audit.router,
    me.router,
    tokens.router,
    users.router,
    members.router,
    organizations.router,
    partners.router,
)
