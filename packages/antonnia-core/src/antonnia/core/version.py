"""The one version of every Antonnia client package."""

__version__ = "3.0.0"
