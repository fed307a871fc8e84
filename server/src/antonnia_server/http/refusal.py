"""Refusals: the answers that are not what the caller asked for, and say why.

Each class has a status and a code; the pair is API and never changes. The message is for people:
which object, and what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, TypedDict

# A name that needs no quotes to be told from the words around it.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


class FieldError(TypedDict):
    """One invalid field: where it is, what is wrong with it, and the kind of the mistake."""

    loc: list[str | int]
    msg: str
    type: str


class Refusal(Exception):
    """The base of every refusal."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.retry_after_seconds = retry_after_seconds


class MalformedJson(Refusal):
    status = 400
    code = "malformed_json"
    title = "The body is not JSON"


class BadRequest(Refusal):
    status = 400
    code = "bad_request"
    title = "The request cannot be read"


class InvalidToken(Refusal):
    status = 401
    code = "invalid_token"
    title = "The token is not valid"


class TokenExpired(Refusal):
    status = 401
    code = "token_expired"
    title = "The token has expired"


class TokenRevoked(Refusal):
    status = 401
    code = "token_revoked"
    title = "The token was revoked"


class PermissionDenied(Refusal):
    status = 403
    code = "permission_denied"
    title = "The token lacks a permission"

    def __init__(
        self, permission: str, *, is_of_user: bool = False, is_given: bool = False
    ) -> None:
        """`is_of_user`: the role of a user is a bound too; `is_given`: it is for somebody else."""
        lacks = "which the token does not have"
        if is_of_user:
            lacks += ", or which the role of its user does not allow"
        what = "To give this away needs" if is_given else "This needs"
        super().__init__(f"{what} the permission `{permission}`, {lacks}.")


class PathNotFound(Refusal):
    status = 404
    code = "not_found"
    title = "No such path"


class MethodNotAllowed(Refusal):
    status = 405
    code = "method_not_allowed"
    title = "The path does not take this method"

    def __init__(self, path: str, method: str, allowed: Iterable[str]) -> None:
        self.allowed = sorted(allowed)
        super().__init__(f"{path} does not take {method}; it takes {', '.join(self.allowed)}.")


class RequestTimeout(Refusal):
    status = 408
    code = "request_timeout"
    title = "The request came too slowly"


class BodyTooLarge(Refusal):
    status = 413
    code = "body_too_large"
    title = "The body is too large"


class TargetTooLong(Refusal):
    status = 414
    code = "target_too_long"
    title = "The path and query are too long"


class ExpectationFailed(Refusal):
    status = 417
    code = "expectation_failed"
    title = "The request expects what the server does not do"


class ValidationFailed(Refusal):
    status = 422
    code = "validation_error"
    title = "The request is not valid"


class UnknownField(ValidationFailed):
    code = "unknown_field"
    title = "The request has a field that does not exist"


class IdempotencyKeyInUse(Refusal):
    status = 409
    code = "idempotency_key_in_use"
    title = "A request with the idempotency key still runs"


class IdempotencyKeyReused(Refusal):
    status = 422
    code = "idempotency_key_reused"
    title = "The idempotency key was used for another request"


class RateLimited(Refusal):
    status = 429
    code = "rate_limited"
    title = "Too many requests"


class HeadersTooLarge(Refusal):
    status = 431
    code = "headers_too_large"
    title = "The headers are too large or too many"


class Overloaded(Refusal):
    status = 503
    code = "overloaded"
    title = "The server cannot take this now"


class StorageFull(Refusal):
    status = 503
    code = "storage_full"
    title = "The disk of the database is full"


class StorageReadOnly(Refusal):
    status = 503
    code = "storage_read_only"
    title = "The database cannot be written to"


class StorageDamaged(Refusal):
    status = 503
    code = "storage_damaged"
    title = "The database is damaged"


class StorageUnavailable(Refusal):
    status = 503
    code = "storage_unavailable"
    title = "The database cannot be reached"


def invalid(loc: Sequence[str | int], message: str, kind: str = "value_error") -> ValidationFailed:
    """A refusal of one field; `message` says what it must be."""
    return ValidationFailed(
        f"{place_of(loc)}: {message}.", errors=[{"loc": list(loc), "msg": message, "type": kind}]
    )


def place_of(loc: Sequence[str | int]) -> str:
    """A place in a request, as a detail names it."""
    return ".".join(
        str(part) if isinstance(part, int) or _PLAIN.fullmatch(part) else repr(part) for part in loc
    )
