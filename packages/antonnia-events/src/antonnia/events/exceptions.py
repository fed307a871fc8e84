"""Everything the events client raises on purpose."""

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

EventsError = AntonniaError
"""The base of them all; each Antonnia client names it after itself."""


class WebhookVerificationError(AntonniaError):
    """What came is not a delivery of ours, or is an old one; answer 400 and do nothing else."""


__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AntonniaError",
    "AuthenticationError",
    "ConflictError",
    "EventsError",
    "NotFoundError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "ServerError",
    "TokenExpiredError",
    "ValidationError",
    "WebhookVerificationError",
]
