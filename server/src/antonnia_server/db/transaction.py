"""The transaction that every service and storage function gets first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


class Transaction:
    """One unit of work: the connection, the driver's cursor, and the time it runs at."""

    __slots__ = ("connection", "cursor", "now", "topics")

    def __init__(self, connection: sa.Connection, cursor: Any, now: int) -> None:
        self.connection = connection
        # The driver's own cursor, which a Statement uses past SQLAlchemy's execution.
        self.cursor = cursor
        self.now = now
        self.topics: set[str] = set()

    def notify(self, topic: str) -> None:
        """Wake those who listen to `topic`, once this unit is durable."""
        self.topics.add(topic)
