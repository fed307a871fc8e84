"""What a token may do, and what each route asks of it.

A permission is `<service>:<level>`; a level holds those below it. `*` is all of them, and what
belongs to no service.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

SERVICES = ("auth", "conversations", "events", "orchestrator")
LEVELS = ("read", "write", "admin")
EVERYTHING = "*"
PERMISSIONS = (
    EVERYTHING,
    *(f"{service}:{level}" for service in SERVICES for level in LEVELS),
)
# What a route declares that asks for none of these.
IDENTIFIED = "identified"
PUBLIC = "public"
# Where the OpenAPI document says it.
DECLARATION = "x-permission"
_DECLARABLE = frozenset({*PERMISSIONS, IDENTIFIED, PUBLIC})


class UndeclaredPermission(Exception):
    """A route that does not say what it asks of a token: the application does not start with it."""


def granted_by(permissions: Iterable[str]) -> frozenset[str]:
    """Everything that a token with these may do: the levels below each are spelled out.

    So a request costs one look into a set.
    """
    granted = {IDENTIFIED}
    for permission in permissions:
        if permission == EVERYTHING:
            granted.update(PERMISSIONS)
        service, _, level = permission.partition(":")
        if level in LEVELS:
            granted.update(f"{service}:{each}" for each in LEVELS[: LEVELS.index(level) + 1])
    return frozenset(granted)


def declares(permission: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that asks for a permission."""
    extra: dict[str, Any] = {DECLARATION: permission}
    if permission == PUBLIC:
        extra["security"] = []
    return extra


def permission_of(route: APIRoute) -> str:
    """What a route asks of a token.

    Raises:
        UndeclaredPermission: It does not say, or not in a way that any token could fulfil.
    """
    declared = (route.openapi_extra or {}).get(DECLARATION)
    if declared not in _DECLARABLE:
        methods = ", ".join(sorted(route.methods or ()))
        raise UndeclaredPermission(
            f"{methods} {route.path} ({route.endpoint.__name__}) declares {declared!r} as its "
            f"permission. Say `describes(…, permission=…)` with one of: "
            f"{', '.join(sorted(_DECLARABLE))}."
        )
    return str(declared)
