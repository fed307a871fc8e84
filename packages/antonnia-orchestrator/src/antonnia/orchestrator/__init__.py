"""Client of the Antonnia orchestrator API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from antonnia.core.loading import loaded_on_use
from antonnia.core.version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncOrchestrator
    from .client import Orchestrator

__all__ = ["Orchestrator", "SyncOrchestrator", "__version__"]

__getattr__: Callable[[str], Any] = loaded_on_use(
    __name__, {"Orchestrator": ".client", "SyncOrchestrator": "._sync.client"}
)
