"""What the blocks know: the sessions that have several terms at once, newest first.

Its statements are compiled once: to build them anew would take longer than SQLite does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import session_block_bits as bits
from ..tables import session_block_members as members
from ..tables import session_blocks as blocks
from .blocks import SEGMENT, SIZE, Place, Term, unpacked
from .walks import Wanted

# Segments are read so many at a time: where the terms meet often, the newest ones fill the page.
PIECE = 4


class _Number(NamedTuple):
    number: int


class _Member(NamedTuple):
    number: int
    session_id: str


class _Placed(NamedTuple):
    number: int
    created_at: int
    session_id: str


class _SegmentBits(NamedTuple):
    segment: int
    bits: bytes


class _Bounds(NamedTuple):
    """The lowest and the highest number of a member that may be found."""

    lowest: int
    highest: int


_organization = sa.bindparam("organization_id", type_=sa.Text)
_MEMBERS = sa.select(members.c.number).where(members.c.organization_id == _organization)
_FIND_LAST_BELOW = Statement(
    _MEMBERS.where(
        sa.tuple_(members.c.created_at, members.c.session_id)
        < sa.tuple_(sa.bindparam("created_at"), sa.bindparam("session_id"))
    )
    .order_by(members.c.created_at.desc(), members.c.session_id.desc())
    .limit(1),
    _Number,
)
_FIND_FIRST_ABOVE = Statement(
    _MEMBERS.add_columns(members.c.created_at, members.c.session_id)
    .where(members.c.created_at > sa.bindparam("created_at"))
    .order_by(members.c.created_at, members.c.session_id)
    .limit(1),
    _Placed,
)
_LIST_OPEN = Statement(
    sa.select(blocks.c.number).where(
        blocks.c.organization_id == _organization,
        blocks.c.number.between(sa.bindparam("lowest"), sa.bindparam("highest")),
        sa.not_(blocks.c.is_sealed),
    ),
    _Number,
)
_LIST_BITS = Statement(
    sa.select(bits.c.segment, bits.c.bits).where(
        bits.c.organization_id == _organization,
        bits.c.path == sa.bindparam("path"),
        bits.c.value == sa.bindparam("value"),
        bits.c.segment.between(sa.bindparam("lowest"), sa.bindparam("highest")),
    ),
    _SegmentBits,
)
_LIST_MEMBERS = Statement(
    sa.select(members.c.number, members.c.session_id).where(
        members.c.organization_id == _organization,
        members.c.number.in_(
            sa.select(sa.func.json_each(sa.bindparam("numbers")).table_valued("value").c.value)
        ),
    ),
    _Member,
)


def list_ids_in_blocks(
    tx: Transaction,
    caller: Caller,
    terms: list[Term],
    wanted: Wanted,
    *,
    end: Place,
    offset: int,
    limit: int,
) -> list[str]:
    """At most `limit` sessions that have all of `terms`, within the bounds that are wanted.

    The newest comes first, and none beyond `end`, the last session of the newest sealed block.
    """
    bounds = _bounds(tx, caller, wanted, end)
    numbers: list[int] = []
    if bounds is None or limit <= 0:
        return []
    for segment, found in _meetings(tx, caller, terms, bounds):
        if offset >= (count := found.bit_count()):
            offset -= count
            continue
        numbers += _numbers(segment, found, offset, limit - len(numbers))
        offset = 0
        if len(numbers) == limit:
            break
    if not numbers:
        return []
    rows = _LIST_MEMBERS.all(
        tx, organization_id=caller.organization_id, numbers=json.dumps(numbers)
    )
    return [row.session_id for row in sorted(rows, reverse=True)]


def _bounds(tx: Transaction, caller: Caller, wanted: Wanted, end: Place) -> _Bounds | None:
    """None if there can be nothing: up to `end`, numbers grow in the order of the list.

    Not so beyond it: the members of an opened block keep their old numbers, which are lower than
    those of the blocks that have been sealed since.
    """
    # No id begins with another one, so that nothing but the end itself comes before this.
    places = [Place(end.created_at, end.session_id + "~")]
    if wanted.created_before is not None:
        places.append(Place(wanted.created_before, ""))
    if wanted.after is not None:
        places.append(wanted.after)
    organization_id = caller.organization_id
    highest = _FIND_LAST_BELOW.find(tx, organization_id=organization_id, **min(places)._asdict())
    if highest is None:
        return None
    if wanted.created_after is None:
        return _Bounds(0, highest.number)
    lowest = _FIND_FIRST_ABOVE.find(
        tx, organization_id=organization_id, created_at=wanted.created_after
    )
    if lowest is None or (lowest.created_at, lowest.session_id) > end:
        return None
    return _Bounds(lowest.number, highest.number)


def _meetings(
    tx: Transaction, caller: Caller, terms: list[Term], bounds: _Bounds
) -> Iterator[tuple[int, int]]:
    """Each segment in which all terms meet, with the bits that they share, newest first."""
    lowest, highest = bounds.lowest // SEGMENT, bounds.highest // SEGMENT
    for last in range(highest, lowest - 1, -PIECE):
        first = max(lowest, last - PIECE + 1)
        found = [_bits_of(tx, caller, term, first, last) for term in terms]
        is_open = _bits_of_open(tx, caller, first, last)
        for segment in range(last, first - 1, -1):
            shared = ~is_open.get(segment, 0)
            for of_term in found:
                shared &= of_term.get(segment, 0)
            if shared := _within(shared, segment, bounds):
                yield segment, shared


def _bits_of(
    tx: Transaction, caller: Caller, term: Term, lowest: int, highest: int
) -> dict[int, int]:
    path, value = term
    rows = _LIST_BITS.all(
        tx,
        organization_id=caller.organization_id,
        path=path,
        value=value,
        lowest=lowest,
        highest=highest,
    )
    return {row.segment: unpacked(row.bits) for row in rows}


def _bits_of_open(tx: Transaction, caller: Caller, lowest: int, highest: int) -> dict[int, int]:
    """The numbers that do not count any more; as a rule there are none."""
    found: dict[int, int] = defaultdict(int)
    rows = _LIST_OPEN.all(
        tx,
        organization_id=caller.organization_id,
        lowest=lowest * SEGMENT // SIZE,
        highest=(highest + 1) * SEGMENT // SIZE - 1,
    )
    for row in rows:
        segment, bit = divmod(row.number * SIZE, SEGMENT)
        found[segment] |= (1 << SIZE) - 1 << bit
    return found


def _within(found: int, segment: int, bounds: _Bounds) -> int:
    """The bits of the segment whose members lie within the bounds."""
    if (kept := bounds.highest - segment * SEGMENT + 1) < SEGMENT:
        found &= (1 << kept) - 1
    if (missing := bounds.lowest - segment * SEGMENT) > 0:
        found = found >> missing << missing
    return found


def _numbers(segment: int, found: int, offset: int, limit: int) -> list[int]:
    """The members whose bits are set, newest first; not the first `offset`, at most `limit`."""
    numbers: list[int] = []
    for index in range(offset + limit):
        if not found:
            break
        bit = found.bit_length() - 1
        if index >= offset:
            numbers.append(segment * SEGMENT + bit)
        found ^= 1 << bit
    return numbers
