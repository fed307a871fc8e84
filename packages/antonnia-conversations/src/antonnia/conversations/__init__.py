"""Client of the Antonnia conversations API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from antonnia.core.loading import loaded_on_use
from antonnia.core.version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncConversations
    from .client import Conversations

__all__ = ["Conversations", "SyncConversations", "__version__"]

__getattr__: Callable[[str], Any] = loaded_on_use(
    __name__, {"Conversations": ".client", "SyncConversations": "._sync.client"}
)
