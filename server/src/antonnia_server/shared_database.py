"""Where a PostgreSQL database is, on which any number of processes work."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .settings import PostgresLimits


@dataclass(frozen=True)
class SharedDatabase:
    """Its URL, and what this process takes of it."""

    url: str = field(repr=False)
    limits: PostgresLimits = field(default_factory=PostgresLimits)

    def __str__(self) -> str:
        # Without what may be a password.
        parts = urlsplit(self.url)
        return f"PostgreSQL at {parts.hostname or 'its socket'}{parts.path}"
