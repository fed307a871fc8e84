"""Sealing: the oldest part of the tail becomes a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..metadata import filter_terms, leaves
from ..tables import sessions
from . import blocks
from .blocks import SIZE, Place, Term

# A block ends early once its sessions have so many leaves: sealing holds up all writes meanwhile.
MAX_LEAVES = 16_384
PIECE = 256
_BEFORE_ALL = Place(-(2**63), "")


class _Described(NamedTuple):
    created_at: int
    id: str
    status: str
    agent_id: str | None
    metadata: dict[str, Any]


class _Found(NamedTuple):
    created_at: int


_t = sessions.c
_AFTER = (
    _t.organization_id == sa.bindparam("organization_id"),
    sa.tuple_(_t.created_at, _t.id)
    > sa.tuple_(sa.bindparam("created_at"), sa.bindparam("session_id")),
)
_FIND_LAST_OF_BLOCK = Statement(
    sa.select(_t.created_at)
    .where(*_AFTER)
    .order_by(_t.created_at, _t.id)
    .offset(SIZE - 1)
    .limit(1),
    _Found,
)
_LIST_TAIL = Statement(
    sa.select(_t.created_at, _t.id, _t.status, _t.agent_id, _t.metadata)
    .where(*_AFTER)
    .order_by(_t.created_at, _t.id)
    .limit(PIECE),
    _Described,
)


def can_seal(tx: Transaction, caller: Caller) -> bool:
    """Whether the tail holds as many sessions as a block, none of them of a time to come.

    Where the clock was set back, each new session would open what lies after it again.
    """
    end = blocks.find_end(tx, caller) or _BEFORE_ALL
    found = _FIND_LAST_OF_BLOCK.find(tx, organization_id=caller.organization_id, **end._asdict())
    return found is not None and found.created_at <= tx.now


def seal_block(tx: Transaction, caller: Caller) -> None:
    """Make a block of the oldest sessions of the tail, if it holds any."""
    places: list[Place] = []
    filters: dict[Term, int] = defaultdict(int)
    terms: dict[Term, int] = defaultdict(int)
    count = 0
    for row in _tail(tx, caller):
        found = leaves(row.metadata)
        count += len(found)
        if places and count > MAX_LEAVES:
            break
        bit = 1 << len(places)
        places.append(Place(row.created_at, row.id))
        for term in filter_terms(row.status, row.agent_id):
            filters[term] |= bit
        for term in found:
            terms[term] |= bit
        if len(places) == SIZE:
            break
    if places:
        blocks.create_block(tx, caller, places, filters, terms)


def _tail(tx: Transaction, caller: Caller) -> Iterator[_Described]:
    """Every session of the tail, a piece at a time: their metadata may be large."""
    place = blocks.find_end(tx, caller) or _BEFORE_ALL
    while rows := _LIST_TAIL.all(tx, organization_id=caller.organization_id, **place._asdict()):
        for row in rows:
            if row.created_at > tx.now:
                return
            yield row
        place = Place(rows[-1].created_at, rows[-1].id)
