"""What the Antonnia client packages share: models, errors, transport and pagination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

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
    TokenExpiredError,
    ValidationError,
)
from .loading import loaded_on_use
from .not_given import NOT_GIVEN, NotGiven
from .urls import path_of
from .version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncServiceClient
    from ._sync.event_stream import SyncEventStream
    from ._sync.pagination import SyncItems, SyncPage
    from ._sync.transport import SyncTransport
    from .client import ServiceClient
    from .event_stream import EventStream
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
    "EventStream",
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
    "ServiceClient",
    "SyncEventStream",
    "SyncItems",
    "SyncPage",
    "SyncServiceClient",
    "SyncTransport",
    "TokenExpiredError",
    "Transport",
    "ValidationError",
    "__version__",
    "make_body",
    "path_of",
]

__getattr__: Callable[[str], Any] = loaded_on_use(
    __name__,
    {
        "EventStream": ".event_stream",
        "Items": ".pagination",
        "Page": ".pagination",
        "RawResponse": ".raw_response",
        "ServiceClient": ".client",
        "SyncEventStream": "._sync.event_stream",
        "SyncItems": "._sync.pagination",
        "SyncPage": "._sync.pagination",
        "SyncServiceClient": "._sync.client",
        "SyncTransport": "._sync.transport",
        "Transport": ".transport",
    },
)
