"""Entries as the API shows them; what they do is in the package `knowledge`."""

from __future__ import annotations

from antonnia.orchestrator.types import EntryCreate, EntrySearch, EntryUpdate, KnowledgeEntry
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing
from antonnia_server.http.refusal import invalid

from .. import wire
from ..knowledge import service as knowledge


def create_entry(
    tx: Transaction, caller: Caller, knowledge_id: str, body: EntryCreate
) -> KnowledgeEntry:
    entry_id = knowledge.create_entry(
        tx,
        caller,
        knowledge_id,
        title=body.title,
        text=body.text,
        source=body.source,
        phrasings=body.phrasings or (),
    )
    return get_entry(tx, caller, knowledge_id, entry_id)


def get_entry(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> KnowledgeEntry:
    row = knowledge.get_entry(tx, caller, knowledge_id, entry_id)
    return wire.entry(caller, knowledge_id, row)


def update_entry(
    tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str, body: EntryUpdate
) -> KnowledgeEntry:
    """Change what is given; `phrasings` replaces all that the entry had."""
    for name in sorted(body.model_fields_set):
        if getattr(body, name) is None:
            raise invalid(["body", name], "cannot be null")
    if body.model_fields_set:
        knowledge.update_entry(
            tx,
            caller,
            knowledge_id,
            entry_id,
            title=body.title,
            text=body.text,
            source=body.source,
            phrasings=body.phrasings,
        )
    return get_entry(tx, caller, knowledge_id, entry_id)


def delete_entry(tx: Transaction, caller: Caller, knowledge_id: str, entry_id: str) -> None:
    knowledge.delete_entry(tx, caller, knowledge_id, entry_id)


def search_entries(
    tx: Transaction, caller: Caller, knowledge_id: str, body: EntrySearch
) -> Listing[KnowledgeEntry]:
    """The entries of a base, in the order in which they came."""
    page = knowledge.list_entries(tx, caller, knowledge_id, body)
    entries = [wire.entry(caller, knowledge_id, row) for row in page.items]
    return Listing(entries, page.next_cursor)
