"""Assistants: who answers, and from what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from antonnia.conversations.types import AgentSearch
from antonnia.orchestrator.types import (
    Assistant,
    AssistantCreate,
    AssistantSearch,
    AssistantUpdate,
)
from antonnia_server import ids
from antonnia_server.conversations import service as conversations
from antonnia_server.conversations.service import AssistantNotFound
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, window
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import AssistantInUse
from ..knowledge import service as knowledge
from ..knowledge.errors import KnowledgeNotFound
from ..storage import assistants as storage
from ..storage.assistants import AssistantRow

# How many assistants are in memory at a time.
TAKEN_AT_ONCE = 100


def create_assistant(tx: Transaction, caller: Caller, body: AssistantCreate) -> Assistant:
    """Make an assistant that answers from knowledge bases."""
    knowledge_ids = body.knowledge_ids or []
    _refuse_unknown(tx, caller, knowledge_ids)
    row = AssistantRow(
        id=ids.new("asst"),
        organization_id=caller.organization_id,
        name=body.name,
        description=body.description,
        engine=body.engine,
        model=None,
        instructions=None,
        tools=[],
        knowledge_ids=_distinct(knowledge_ids),
        flow_id=None,
        limits={},
        fallback={},
        version=1,
        metadata={},
        created_at=tx.now,
        updated_at=None,
    )
    storage.create_assistant(tx, row)
    return wire.assistant(row)


def get_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> Assistant:
    return wire.assistant(_find(tx, caller, assistant_id))


def hold_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> bool:
    """Whether there is such an assistant, which then stays until this is committed."""
    return storage.lock_assistant(tx, caller, assistant_id) is not None


def update_assistant(
    tx: Transaction, caller: Caller, assistant_id: str, body: AssistantUpdate
) -> Assistant:
    """Change what is given; the version grows only with a change."""
    assistant = _lock(tx, caller, assistant_id)
    changes: dict[str, Any] = body.model_dump(include=body.model_fields_set)
    for name in {"name", "knowledge_ids"} & changes.keys():
        if changes[name] is None:
            raise invalid(["body", name], "cannot be null")
    if "knowledge_ids" in changes:
        changes["knowledge_ids"] = _distinct(changes["knowledge_ids"])
        # One that it has already may have been deleted since; to keep it is no mistake.
        _refuse_unknown(
            tx, caller, [i for i in changes["knowledge_ids"] if i not in assistant.knowledge_ids]
        )
    return wire.assistant(_change(tx, caller, assistant, changes))


def delete_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> None:
    """Delete an assistant that no AI agent has; its runs still name it."""
    _lock(tx, caller, assistant_id)
    agents = conversations.search_agents(
        tx, caller, AgentSearch(assistant_id=assistant_id, limit=1)
    )
    if agents.items:
        raise AssistantInUse(assistant_id, agents.items[0].id)
    storage.delete_assistant(tx, caller, assistant_id)


def search_assistants(tx: Transaction, caller: Caller, body: AssistantSearch) -> Listing[Assistant]:
    """Assistants from the oldest to the newest."""
    wanted = window(body, "assistants", (int, str))
    found = storage.list_assistants(tx, caller, wanted)
    return wanted.page(found, wire.assistant, lambda row: (row.created_at, row.id))


def add_knowledge(tx: Transaction, caller: Caller, assistant_id: str, knowledge_id: str) -> None:
    """Let the assistant answer from this base too, and from it before the others."""
    assistant = storage.lock_assistant(tx, caller, assistant_id)
    if assistant is None or knowledge_id in assistant.knowledge_ids:
        return
    _change(tx, caller, assistant, {"knowledge_ids": [knowledge_id, *assistant.knowledge_ids]})


def take_knowledge(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """Let no assistant answer from this base any more."""
    while users := storage.lock_assistants_with(tx, caller, knowledge_id, at_most=TAKEN_AT_ONCE):
        for assistant in users:
            left = [each for each in assistant.knowledge_ids if each != knowledge_id]
            _change(tx, caller, assistant, {"knowledge_ids": left})


def _change(
    tx: Transaction, caller: Caller, assistant: AssistantRow, changes: dict[str, Any]
) -> AssistantRow:
    changed = assistant._replace(**changes)
    if changed == assistant:
        return assistant
    changed = changed._replace(version=assistant.version + 1, updated_at=tx.now)
    storage.update_assistant(tx, caller, changed)
    return changed


def _find(tx: Transaction, caller: Caller, assistant_id: str) -> AssistantRow:
    assistant = storage.find_assistant(tx, caller, assistant_id)
    if assistant is None:
        raise AssistantNotFound(assistant_id)
    return assistant


def _lock(tx: Transaction, caller: Caller, assistant_id: str) -> AssistantRow:
    """Held: of two changes at once each would otherwise make the same version."""
    assistant = storage.lock_assistant(tx, caller, assistant_id)
    if assistant is None:
        raise AssistantNotFound(assistant_id)
    return assistant


def _refuse_unknown(tx: Transaction, caller: Caller, knowledge_ids: Sequence[str]) -> None:
    # In one order, so that two who hold the same bases do not wait for each other.
    for knowledge_id in sorted(set(knowledge_ids)):
        # Held: deleted meanwhile, it would be missing in an assistant that has just got it.
        if knowledge.lock_base(tx, caller, knowledge_id) is None:
            raise KnowledgeNotFound(knowledge_id)


def _distinct(knowledge_ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(knowledge_ids))
