"""Blocks: which of many sessions have several frequent terms at once.

A term is a path of the metadata with its value, or one of the filters `status` and `agent_id`.
Where each of three terms is frequent and no session has all of them, no walk along one of them
ends soon. So the sessions get numbers, in the order in which they are listed, and a term has a bit
for each number: a million sessions are 125 KB of bits, and three terms meet in them by two `&`.

- The rows of `session_metadata` and `sessions` are the truth, and search is right without any
  block. Blocks are only a shorter way through the older part: the sessions up to the end of the
  newest sealed block. What is newer, the tail, has no numbers yet and is walked.
- A job seals a block when as many sessions as it holds have gathered in the tail. From then on
  whatever changes a session also changes its bits, in the same transaction.
- A term of the metadata that never stood at more than `RARE` sessions of a block has no bits at
  all, but then few rows: those are walked. A term that has bits anywhere has them everywhere, and
  a missing row of bits is all zeros. A filter has no rows, and always bits.
- A session that is created before the end of a sealed block (the clock went back) opens that
  block and all later ones, which belong to the tail until they are sealed anew. Their numbers are
  not given again, and their bits, which stay behind, are left out.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import session_block_bits as bits
from ..tables import session_block_members as members
from ..tables import session_blocks as blocks
from ..tables import session_metadata

# Sessions of a block. With more of them the tail is longer, and so is the write that seals it.
SIZE = 1024
RARE = 2
# Numbers whose bits lie in one row: half a page or so, if they are not mostly zeros.
SEGMENT = 32 * SIZE
# Bits of which so many are zeros for each one are stored compressed.
_SPARSE = 64
Term = tuple[str, str]


class Place(NamedTuple):
    """Where a session stands in the list."""

    created_at: int
    session_id: str


class _Number(NamedTuple):
    number: int


class _Bits(NamedTuple):
    bits: bytes


_organization = sa.bindparam("organization_id", type_=sa.Text)
_FIND_END = Statement(
    sa.select(blocks.c.last_created_at, blocks.c.last_session_id)
    .where(blocks.c.organization_id == _organization, blocks.c.is_sealed)
    .order_by(blocks.c.number.desc())
    .limit(1),
    Place,
)
_FIND_LAST_NUMBER = Statement(
    sa.select(blocks.c.number)
    .where(blocks.c.organization_id == _organization)
    .order_by(blocks.c.number.desc())
    .limit(1),
    _Number,
)
_INSERT_BLOCK: Statement[_Number] = Statement(sa.insert(blocks))
_OPEN: Statement[_Number] = Statement(
    sa.update(blocks)
    .where(
        blocks.c.organization_id == _organization,
        blocks.c.last_created_at >= sa.bindparam("created_at"),
        blocks.c.is_sealed,
    )
    .values(is_sealed=False)
)
_PUT_MEMBER: Statement[_Number] = Statement(
    sqlite.insert(members)
    .values({column.name: sa.bindparam(column.name) for column in members.columns})
    .on_conflict_do_update(
        index_elements=list(members.primary_key.columns), set_={"number": sa.bindparam("number")}
    )
)
_FIND_MEMBER = Statement(
    sa.select(members.c.number).where(
        members.c.organization_id == _organization,
        members.c.created_at == sa.bindparam("created_at"),
        members.c.session_id == sa.bindparam("session_id"),
    ),
    _Number,
)
_THIS_TERM = (
    bits.c.organization_id == _organization,
    bits.c.path == sa.bindparam("path"),
    bits.c.value == sa.bindparam("value"),
)
_HAS_BITS = Statement(
    sa.select(bits.c.segment.label("number")).where(*_THIS_TERM).limit(1), _Number
)
_FIND_BITS = Statement(
    sa.select(bits.c.bits).where(*_THIS_TERM, bits.c.segment == sa.bindparam("segment")), _Bits
)
_PUT_BITS: Statement[_Bits] = Statement(
    sqlite.insert(bits)
    .values({column.name: sa.bindparam(column.name) for column in bits.columns})
    .on_conflict_do_update(
        index_elements=list(bits.primary_key.columns), set_={"bits": sa.bindparam("bits")}
    )
)
_DELETE_BITS: Statement[_Bits] = Statement(
    sa.delete(bits).where(*_THIS_TERM, bits.c.segment == sa.bindparam("segment"))
)
_LIST_MEMBERS_WITH = Statement(
    sa.select(members.c.number)
    .select_from(session_metadata)
    .join(
        members,
        sa.and_(
            members.c.organization_id == session_metadata.c.organization_id,
            members.c.created_at == session_metadata.c.created_at,
            members.c.session_id == session_metadata.c.session_id,
        ),
    )
    .where(
        session_metadata.c.organization_id == _organization,
        session_metadata.c.path == sa.bindparam("path"),
        session_metadata.c.value == sa.bindparam("value"),
    ),
    _Number,
)


def find_end(tx: Transaction, caller: Caller) -> Place | None:
    """The last session of the newest sealed block; what comes after it is the tail."""
    return _FIND_END.find(tx, organization_id=caller.organization_id)


def has_bits(tx: Transaction, caller: Caller, term: Term) -> bool:
    path, value = term
    found = _HAS_BITS.find(tx, organization_id=caller.organization_id, path=path, value=value)
    return found is not None


def open_from(tx: Transaction, caller: Caller, created_at: int) -> None:
    """Open every block that ends at `created_at` or later."""
    _OPEN.run(tx, organization_id=caller.organization_id, created_at=created_at)


def create_block(
    tx: Transaction,
    caller: Caller,
    places: list[Place],
    filters: Mapping[Term, int],
    terms: Mapping[Term, int],
) -> None:
    """Seal a block of `places`, the next sessions of the list, with the bits of every term."""
    organization_id = caller.organization_id
    last = _FIND_LAST_NUMBER.find(tx, organization_id=organization_id)
    block = 0 if last is None else last.number + 1
    kept = dict(filters)
    for term, found in terms.items():
        if not has_bits(tx, caller, term):
            if found.bit_count() <= RARE:
                continue
            _give_bits(tx, caller, term)
        kept[term] = found
    _INSERT_BLOCK.run(
        tx,
        organization_id=organization_id,
        number=block,
        last_created_at=places[-1].created_at,
        last_session_id=places[-1].session_id,
        is_sealed=True,
    )
    _PUT_MEMBER.run_all(
        tx,
        (
            {
                "organization_id": organization_id,
                "created_at": place.created_at,
                "session_id": place.session_id,
                "number": block * SIZE + bit,
            }
            for bit, place in enumerate(places)
        ),
    )
    for term, found in kept.items():
        _add_bits(tx, caller, term, block * SIZE, found)


def change_terms(
    tx: Transaction, caller: Caller, place: Place, *, removed: Iterable[Term], added: Iterable[Term]
) -> None:
    """The session at `place` has other terms now; nothing to do if it is in the tail."""
    member = _FIND_MEMBER.find(tx, organization_id=caller.organization_id, **place._asdict())
    if member is None:
        return
    segment, bit = divmod(member.number, SEGMENT)
    for term in removed:
        before = _find_bits(tx, caller, term, segment)
        _write_bits(tx, caller, term, segment, before & ~(1 << bit))
    for term in added:
        if not has_bits(tx, caller, term):
            _give_bits(tx, caller, term)
        _add_bits(tx, caller, term, member.number, 1)


def _give_bits(tx: Transaction, caller: Caller, term: Term) -> None:
    """Bits for a term that has none yet, wherever it stands: at few sessions of each block."""
    path, value = term
    found: dict[int, int] = defaultdict(int)
    organization_id = caller.organization_id
    for row in _LIST_MEMBERS_WITH.all(tx, organization_id=organization_id, path=path, value=value):
        segment, bit = divmod(row.number, SEGMENT)
        found[segment] |= 1 << bit
    for segment, of_segment in found.items():
        _write_bits(tx, caller, term, segment, of_segment)


def _add_bits(tx: Transaction, caller: Caller, term: Term, number: int, found: int) -> None:
    """Set the bits in `found`, of which the lowest is the member `number`."""
    segment, bit = divmod(number, SEGMENT)
    before = _find_bits(tx, caller, term, segment)
    _write_bits(tx, caller, term, segment, before | found << bit)


def _find_bits(tx: Transaction, caller: Caller, term: Term, segment: int) -> int:
    path, value = term
    row = _FIND_BITS.find(
        tx, organization_id=caller.organization_id, path=path, value=value, segment=segment
    )
    return 0 if row is None else unpacked(row.bits)


def _write_bits(tx: Transaction, caller: Caller, term: Term, segment: int, found: int) -> None:
    path, value = term
    key = {
        "organization_id": caller.organization_id,
        "path": path,
        "value": value,
        "segment": segment,
    }
    if found:
        _PUT_BITS.run(tx, **key, bits=_packed(found))
    else:
        _DELETE_BITS.run(tx, **key)


def _packed(found: int) -> bytes:
    plain = found.to_bytes((found.bit_length() + 7) // 8, "little")
    if found.bit_count() * _SPARSE > found.bit_length():
        return b"\0" + plain
    return b"\1" + zlib.compress(plain, 1)


def unpacked(stored: bytes) -> int:
    """The bits of a segment as a number, of which bit n is the member n of the segment."""
    plain = stored[1:] if stored[0] == 0 else zlib.decompress(stored[1:])
    return int.from_bytes(plain, "little")
