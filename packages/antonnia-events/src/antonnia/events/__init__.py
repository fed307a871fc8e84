"""Webhooks, the log of events and its stream."""

from antonnia.core.version import __version__

__all__ = ["__version__"]
