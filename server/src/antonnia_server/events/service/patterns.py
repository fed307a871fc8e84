"""Which types of events are wanted."""

from __future__ import annotations

from collections.abc import Iterable

# Somebody tries a webhook. No other webhook is told.
TEST = "webhook.test"
DISABLED = "webhook.disabled"


def wants(patterns: Iterable[str], type: str) -> bool:
    """Whether a type is one of some names, or begins as one of them does that ends with a `*`."""
    return any(
        type.startswith(pattern[:-1]) if pattern.endswith("*") else type == pattern
        for pattern in patterns
    )


def is_sent(patterns: Iterable[str], type: str, object_id: str, webhook_id: str) -> bool:
    """Whether a webhook is sent an event about an object."""
    return object_id == webhook_id if type == TEST else wants(patterns, type)
