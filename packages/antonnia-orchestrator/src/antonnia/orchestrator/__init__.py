"""Client of the Antonnia orchestrator API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from antonnia.core.version import __version__

if TYPE_CHECKING:
    from ._sync.client import SyncOrchestrator
    from .client import Orchestrator

__all__ = ["Orchestrator", "SyncOrchestrator", "__version__"]

# A program uses one of the twins; the other need not be loaded.
_LOADED_ON_USE = {"Orchestrator": ".client", "SyncOrchestrator": "._sync.client"}


def __getattr__(name: str) -> Any:
    if name not in _LOADED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LOADED_ON_USE[name], __name__), name)
    globals()[name] = value
    return value
