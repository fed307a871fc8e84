"""Roles: named sets of permissions; and what each permission is for."""

from __future__ import annotations

from antonnia.auth.types import Permission
from antonnia_server.http.permissions import EVERYTHING, PERMISSIONS, SERVICES, granted_by

ROLES: dict[str, tuple[str, ...]] = {
    "owner": (EVERYTHING,),
    "admin": tuple(f"{service}:admin" for service in SERVICES),
    "agent": ("auth:read", "conversations:write", "events:read", "orchestrator:read"),
    "viewer": tuple(f"{service}:read" for service in SERVICES),
}
_DESCRIPTIONS = {
    "*": "Everything, and to make owners.",
    "auth:read": "Read tokens, users, members and the organization; no secret of any.",
    "auth:write": "Make and rotate tokens that may do no more than their maker, and revoke any.",
    "auth:admin": "Change users, members and the organization; read the audit log.",
    "conversations:read": "Read sessions, messages and agents.",
    "conversations:write": "Begin and change sessions, and write messages.",
    "conversations:admin": "Make, change and delete agents.",
    "events:read": "Read the log of events, webhooks and deliveries.",
    "events:write": "Repeat deliveries, and test webhooks.",
    "events:admin": "Make, change and delete webhooks, which are told of everything.",
    "orchestrator:read": "Read assistants, knowledge, gaps and runs, and ask the knowledge.",
    "orchestrator:write": "Make, change and delete assistants and knowledge.",
    "orchestrator:admin": "As `orchestrator:write`.",
}


def permissions_of_role(role: str | None) -> tuple[str, ...]:
    """What the role may do; nothing for whoever has none."""
    return ROLES.get(role or "", ())


def all_permissions() -> list[Permission]:
    """Every permission that there is, and the roles that have it."""
    granted = {role: granted_by(permissions) for role, permissions in ROLES.items()}
    return [
        Permission(
            name=name,
            description=_DESCRIPTIONS[name],
            roles=[role for role in ROLES if name in granted[role]],
        )
        for name in PERMISSIONS
    ]
