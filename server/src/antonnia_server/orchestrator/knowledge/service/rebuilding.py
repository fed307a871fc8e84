"""A change of the index format: the new index is written beside the old one, which answers."""

from __future__ import annotations

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import index
from ..index import FORMAT, Index
from ..storage import bases as storage
from ..storage import entries as entries_storage
from .bases import DELETED_AT_ONCE
from .calibrating import schedule_calibration
from .entries import entry_of
from .indexing import Numbered, put_into_new_index

REBUILD_INDEX = "rebuild_knowledge_index"

# How many entries one unit of work writes.
REBUILT_AT_ONCE = 100


def schedule_rebuilds(tx: Transaction) -> None:
    """Have every index of another format made anew; one that is being made already goes on."""
    for base in storage.list_old(tx, format=FORMAT):
        jobs.schedule(
            tx,
            Caller(base.organization_id),
            REBUILD_INDEX,
            {"knowledge_id": base.id},
            due_at=tx.now,
            dedupe_key=base.id,
            lock_key=f"{REBUILD_INDEX}:{base.id}",
        )


def rebuild_some(tx: Transaction) -> bool:
    """Do a piece of the work on the first index of another format; whether there was one."""
    for base in storage.list_old(tx, format=FORMAT):
        return rebuild_piece(tx, Caller(base.organization_id), base.id)
    return False


def rebuild_piece(tx: Transaction, caller: Caller, knowledge_id: str) -> bool:
    """Do a piece of the work and write down how far it is; whether anything is left."""
    base = storage.lock_base(tx, caller, knowledge_id)
    if base is None:
        return False
    if base.index_format == FORMAT:
        return index.drop_piece(tx, knowledge_id, range(1, FORMAT), at_most=DELETED_AT_ONCE)
    if base.rebuilt_to is None or not index.exists(tx, Index(knowledge_id, FORMAT)):
        index.create_index(tx, Index(knowledge_id))
        storage.update_index(tx, caller, knowledge_id, format=base.index_format, rebuilt_to=0)
        return True
    rows = entries_storage.list_after(
        tx, caller, knowledge_id, base.rebuilt_to, limit=REBUILT_AT_ONCE
    )
    if rows:
        numbered = [Numbered(row.number, entry_of(row), row.added_phrasings) for row in rows]
        put_into_new_index(tx, caller, base, numbered)
        rebuilt_to = rows[-1].number
        storage.update_index(
            tx, caller, knowledge_id, format=base.index_format, rebuilt_to=rebuilt_to
        )
    else:
        storage.update_index(tx, caller, knowledge_id, format=FORMAT, rebuilt_to=None)
        schedule_calibration(tx, caller, knowledge_id)
    return True
