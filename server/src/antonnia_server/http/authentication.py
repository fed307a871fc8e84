"""Who is calling: from the `Authorization` header to a `Caller`."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from starlette.requests import Request

from .caller import Caller
from .refusal import InvalidToken, PermissionDenied, invalid


class Identity(NamedTuple):
    """What a valid token stands for."""

    organization_id: str
    token_id: str
    # All that it may do: see `granted_by`.
    permissions: frozenset[str]
    # When the token stops being valid; None for never.
    expires_at: int | None = None
    # Whose it is, if it belongs to a person.
    user_id: str | None = None
    # Of the secret by which it was found.
    secret_hash: bytes | None = None
    # Whether it has not been noted for a while that the token is used.
    is_used_anew: bool = False


class Limiter(Protocol):
    """Says whether somebody may ask once more; the application gives one to the edge."""

    def admit(self, caller: Caller) -> None:
        """Raises `RateLimited`."""
        ...


class TokenLookup(Protocol):
    """Finds what a token stands for; the application gives one to the edge."""

    async def identify(self, secret: str) -> Identity:
        """Raises `InvalidToken`, `TokenExpired` or `TokenRevoked`."""
        ...


_EPOCH = re.compile(r"[0-9]{1,18}")


async def authenticate(request: Request) -> Caller:
    """The caller of a request, which is counted.

    Raises:
        RateLimited: The token or its organization has asked too often.
        As `identify`.
    """
    caller = await identify(request)
    limiter: Limiter = request.app.state.limiter
    limiter.admit(caller)
    return caller


async def identify(request: Request) -> Caller:
    """The caller of a request, however often they ask.

    Raises:
        InvalidToken, TokenExpired, TokenRevoked: Nobody that the server knows.
        PermissionDenied: Not someone who may do what the route does.
        ValidationFailed: `If-Session-Epoch` is not a number.
    """
    given = request.headers.getlist("authorization")
    if len(given) > 1:
        raise InvalidToken(f"The header `Authorization` is given {len(given)} times; send it once.")
    scheme, _, secret = (given or [""])[0].partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise InvalidToken("Send a token in the header `Authorization: Bearer <token>`.")
    lookup: TokenLookup = request.app.state.tokens
    identity = await lookup.identify(secret.strip())
    # Every route has one: without it nothing is served (`Dispatch`).
    needed: str = request.scope["antonnia_permission"]
    if needed not in identity.permissions:
        raise PermissionDenied(needed, is_of_user=identity.user_id is not None)
    client = request.scope.get("client")
    return Caller(
        organization_id=identity.organization_id,
        request_id=request.scope["request_id"],
        token_id=identity.token_id,
        if_epoch=_if_epoch(request),
        permissions=identity.permissions,
        user_id=identity.user_id,
        address=None if client is None else client[0],
        secret_hash=identity.secret_hash,
        token_ends_at=identity.expires_at,
    )


def _if_epoch(request: Request) -> int | None:
    # A read has nothing to decide on it.
    value = None if request.method == "GET" else header_of(request, "If-Session-Epoch")
    if value is None:
        return None
    if not _EPOCH.fullmatch(value):
        raise invalid(["header", "If-Session-Epoch"], "must be a whole number, such as 3")
    return int(value)


def header_of(request: Request, name: str) -> str | None:
    """The value of a header that says one thing, or None.

    Raises:
        ValidationFailed: It is given several times; which one is meant is not for us to guess.
    """
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise invalid(["header", name], f"is given {len(values)} times; send it once")
    return values[0] if values else None
