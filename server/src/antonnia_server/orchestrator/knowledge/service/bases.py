"""Knowledge bases themselves: made, listed, deleted."""

from __future__ import annotations

from antonnia_server import ids, jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Listing, PageQuery, window

from .. import index
from ..errors import KnowledgeNameTaken, KnowledgeNotFound
from ..index import FORMAT, Index
from ..storage import bases as storage
from ..storage import entries as entries_storage
from ..storage import words as words_storage
from ..storage.bases import BaseRow

DELETE_KNOWLEDGE = "delete_knowledge"

# How much of a base one unit of work deletes, so that no other write waits long for it.
DELETED_AT_ONCE = 500


def create_base(tx: Transaction, caller: Caller, name: str) -> str:
    """Make an empty knowledge base and its full-text index; the id is `kb_…`."""
    if storage.find_base_by_name(tx, caller, name) is not None:
        raise KnowledgeNameTaken(name)

    knowledge_id = ids.new("kb")
    storage.insert_base(tx, caller, knowledge_id, name, index_format=FORMAT)
    index.create_index(tx, Index(knowledge_id))
    return knowledge_id


def get_base(tx: Transaction, caller: Caller, knowledge_id: str) -> BaseRow:
    base = storage.find_base(tx, caller, knowledge_id)
    if base is None:
        raise KnowledgeNotFound(knowledge_id)
    return base


def lock_base(tx: Transaction, caller: Caller, knowledge_id: str) -> BaseRow | None:
    """Hold the base; None if it is gone."""
    return storage.lock_base(tx, caller, knowledge_id)


def find_base_by_name(tx: Transaction, caller: Caller, name: str) -> str | None:
    return storage.find_base_by_name(tx, caller, name)


def list_bases(tx: Transaction, caller: Caller, query: PageQuery) -> Listing[BaseRow]:
    """The bases from the oldest to the newest."""
    wanted = window(query, "knowledge", (str,))
    found = storage.list_bases(tx, caller, wanted)
    return wanted.page(found, lambda row: row, lambda row: (row.id,))


def rename_base(tx: Transaction, caller: Caller, knowledge_id: str, name: str) -> None:
    base = storage.lock_base(tx, caller, knowledge_id)
    if base is None:
        raise KnowledgeNotFound(knowledge_id)
    if name == base.name:
        return
    if storage.find_base_by_name(tx, caller, name) is not None:
        raise KnowledgeNameTaken(name)
    storage.rename_base(tx, caller, knowledge_id, name)


def delete_base(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """The base is gone at once; what it held is deleted later, piece by piece."""
    if storage.lock_base(tx, caller, knowledge_id) is None:
        raise KnowledgeNotFound(knowledge_id)
    storage.hide_base(tx, caller, knowledge_id)
    jobs.schedule(tx, caller, DELETE_KNOWLEDGE, {"knowledge_id": knowledge_id}, due_at=tx.now)


def delete_piece(tx: Transaction, caller: Caller, knowledge_id: str) -> bool:
    """Delete some of a base that nobody finds any more; whether anything is left of it."""
    if entries_storage.delete_entries(tx, caller, knowledge_id, at_most=DELETED_AT_ONCE):
        return True
    if words_storage.delete_words(tx, caller, knowledge_id, at_most=DELETED_AT_ONCE):
        return True
    return index.drop_piece(tx, knowledge_id, range(1, FORMAT + 1), at_most=DELETED_AT_ONCE)
