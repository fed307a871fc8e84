"""Knowledge bases as the API shows them; what they do is in the package `knowledge`."""

from __future__ import annotations

from antonnia.orchestrator.types import (
    Knowledge,
    KnowledgeCreate,
    KnowledgeDecide,
    KnowledgeList,
    KnowledgeMatch,
    KnowledgeSearch,
    KnowledgeUpdate,
    Verdict,
)
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import KnowledgeInUse
from ..knowledge import service as knowledge
from ..knowledge.errors import KnowledgeNotFound
from ..storage import assistants as storage

# The assistants that a refusal names; there may be hundreds.
MAX_NAMED = 5


def create_knowledge(tx: Transaction, caller: Caller, body: KnowledgeCreate) -> Knowledge:
    return get_knowledge(tx, caller, knowledge.create_base(tx, caller, body.name))


def get_knowledge(tx: Transaction, caller: Caller, knowledge_id: str) -> Knowledge:
    return wire.knowledge(caller, knowledge.get_base(tx, caller, knowledge_id))


def update_knowledge(
    tx: Transaction, caller: Caller, knowledge_id: str, body: KnowledgeUpdate
) -> Knowledge:
    if "name" in body.model_fields_set and body.name is None:
        raise invalid(["body", "name"], "cannot be null")
    if body.name is not None:
        knowledge.rename_base(tx, caller, knowledge_id, body.name)
    return get_knowledge(tx, caller, knowledge_id)


def delete_knowledge(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """Delete a base that no assistant answers from; its entries and gaps are deleted later."""
    # Held first: no assistant gets it from now on.
    if knowledge.lock_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    # Not held too: who changes an assistant holds it first, and then the bases that it gets.
    users = storage.list_assistants_with(tx, caller, knowledge_id, at_most=MAX_NAMED + 1)
    if users:
        named = [f"{assistant.name!r} ({assistant.id})" for assistant in users[:MAX_NAMED]]
        raise KnowledgeInUse(knowledge_id, named, more=len(users) > MAX_NAMED)
    knowledge.delete_base(tx, caller, knowledge_id)


def search_knowledge(tx: Transaction, caller: Caller, body: KnowledgeList) -> Listing[Knowledge]:
    """The bases from the oldest to the newest, or the one of a name."""
    if body.name is not None:
        found = knowledge.find_base_by_name(tx, caller, body.name)
        is_wanted = found is not None and body.cursor is None and not body.offset
        return Listing([get_knowledge(tx, caller, found)] if found and is_wanted else [], None)
    page = knowledge.list_bases(tx, caller, body)
    return Listing([wire.knowledge(caller, base) for base in page.items], page.next_cursor)


def search_matches(
    tx: Transaction, caller: Caller, knowledge_id: str, body: KnowledgeSearch
) -> Listing[KnowledgeMatch]:
    """The entries that may answer a question, the most confident first."""
    knowledge.get_base(tx, caller, knowledge_id)
    found = knowledge.search(tx, caller, [knowledge_id], body.question, limit=body.limit)
    return Listing([wire.match(each) for each in found], None)


def decide(tx: Transaction, caller: Caller, knowledge_id: str, body: KnowledgeDecide) -> Verdict:
    """What an assistant with this base alone would do with a question."""
    knowledge.get_base(tx, caller, knowledge_id)
    return wire.verdict(knowledge.decide(tx, caller, [knowledge_id], body.question))
