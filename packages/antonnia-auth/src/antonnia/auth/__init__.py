"""What the Antonnia auth API speaks of."""

from antonnia.core.version import __version__

__all__ = ["__version__"]
