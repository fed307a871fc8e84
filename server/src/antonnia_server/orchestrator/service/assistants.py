"""Assistants: who answers, and from what."""

from __future__ import annotations

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from ..storage import assistants as storage


def create_assistant(
    tx: Transaction,
    caller: Caller,
    *,
    name: str,
    description: str | None,
    knowledge_ids: list[str],
) -> str:
    """Make an assistant that answers from knowledge bases; the id is `asst_…`."""
    assistant_id = ids.new("asst")
    storage.create_assistant(
        tx,
        caller,
        assistant_id,
        name=name,
        description=description,
        engine="knowledge",
        knowledge_ids=knowledge_ids,
    )
    return assistant_id


def add_knowledge(tx: Transaction, caller: Caller, assistant_id: str, knowledge_id: str) -> None:
    """Let the assistant answer from this base too, and from it before the others."""
    assistant = storage.find_assistant(tx, caller, assistant_id)
    if assistant is None or knowledge_id in assistant.knowledge_ids:
        return
    knowledge_ids = [knowledge_id, *assistant.knowledge_ids]
    storage.update_knowledge_ids(tx, caller, assistant_id, knowledge_ids)
