"""Client of the Antonnia events API, and what receives its webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from antonnia.core.loading import loaded_on_use
from antonnia.core.version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncEvents
    from .client import Events
    from .exceptions import WebhookVerificationError
    from .types import (
        AnyEvent,
        Event,
        EventBase,
        MessageCreated,
        MessageCreatedData,
        SessionCreated,
        SessionCreatedData,
        SessionFinished,
        SessionFinishedData,
        SessionTransferred,
        SessionTransferredData,
        UnknownEvent,
    )
    from .verification import Webhook

__all__ = [
    "AnyEvent",
    "Event",
    "EventBase",
    "Events",
    "MessageCreated",
    "MessageCreatedData",
    "SessionCreated",
    "SessionCreatedData",
    "SessionFinished",
    "SessionFinishedData",
    "SessionTransferred",
    "SessionTransferredData",
    "SyncEvents",
    "UnknownEvent",
    "Webhook",
    "WebhookVerificationError",
    "__version__",
]

_TYPES = [
    "AnyEvent",
    "Event",
    "EventBase",
    "MessageCreated",
    "MessageCreatedData",
    "SessionCreated",
    "SessionCreatedData",
    "SessionFinished",
    "SessionFinishedData",
    "SessionTransferred",
    "SessionTransferredData",
    "UnknownEvent",
]

__getattr__: Callable[[str], Any] = loaded_on_use(
    __name__,
    {
        **dict.fromkeys(_TYPES, ".types"),
        "Events": ".client",
        "SyncEvents": "._sync.client",
        "Webhook": ".verification",
        "WebhookVerificationError": ".exceptions",
    },
)
