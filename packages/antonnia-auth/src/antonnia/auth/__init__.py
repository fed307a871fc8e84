"""Client of the Antonnia auth API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from antonnia.core.loading import loaded_on_use
from antonnia.core.version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncAuth
    from .client import Auth

__all__ = ["Auth", "SyncAuth", "__version__"]

__getattr__: Callable[[str], Any] = loaded_on_use(
    __name__, {"Auth": ".client", "SyncAuth": "._sync.client"}
)
