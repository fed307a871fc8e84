"""Every table of every slice, for what needs to see them all: migrations and their tests."""

from __future__ import annotations

from importlib import import_module

from .schema import metadata

# Imported for the tables that they declare.
for _module in (
    "auth.tables",
    "conversations.tables",
    "events.tables",
    "http.idempotency",
    "jobs.tables",
    "orchestrator.tables",
    "orchestrator.knowledge.tables",
    "rate_limits.tables",
):
    import_module(f"antonnia_server.{_module}")

__all__ = ["metadata"]
