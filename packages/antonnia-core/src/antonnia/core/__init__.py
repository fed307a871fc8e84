"""What the Antonnia client packages share: models, errors, transport and pagination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .bodies import make_body
from .errors import (
    AntonniaError,
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    FieldError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from .not_given import NOT_GIVEN, NotGiven
from .urls import path_of
from .version import __version__

if TYPE_CHECKING:
    from ._sync.pagination import SyncItems, SyncPage
    from ._sync.transport import SyncTransport
    from .pagination import Items, Page
    from .raw_response import RawResponse
    from .transport import Transport

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AntonniaError",
    "AuthenticationError",
    "ConflictError",
    "FieldError",
    "Items",
    "NotFoundError",
    "NotGiven",
    "Page",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "RawResponse",
    "ServerError",
    "SyncItems",
    "SyncPage",
    "SyncTransport",
    "Transport",
    "ValidationError",
    "__version__",
    "make_body",
    "path_of",
]

# A program uses one of the twins; the other need not be loaded.
_LOADED_ON_USE = {
    "Items": ".pagination",
    "Page": ".pagination",
    "RawResponse": ".raw_response",
    "SyncItems": "._sync.pagination",
    "SyncPage": "._sync.pagination",
    "SyncTransport": "._sync.transport",
    "Transport": ".transport",
}


def __getattr__(name: str) -> Any:
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LOADED_ON_USE[name], __name__), name)
    globals()[name] = value
    return value
