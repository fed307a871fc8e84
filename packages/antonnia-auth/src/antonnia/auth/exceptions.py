"""Everything the auth client raises on purpose."""

from antonnia.core.errors import (
    AntonniaError,
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
    TokenExpiredError,
    ValidationError,
)

AuthError = AntonniaError
"""The base of them all; each Antonnia client names it after itself."""

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AntonniaError",
    "AuthError",
    "AuthenticationError",
    "ConflictError",
    "NotFoundError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "ServerError",
    "TokenExpiredError",
    "ValidationError",
]
