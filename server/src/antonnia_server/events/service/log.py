"""The log: what is announced, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from antonnia.events.types import EventSearch
from antonnia_server import ids
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of
from antonnia_server.http.pagination import MAX_PAGE_BYTES, Found, Listing, Window, window
from antonnia_server.http.refusal import invalid

from .. import wire
from ..errors import EventNotFound, EventsExpired
from ..storage import log as storage
from ..storage.log import EventRow
from .patterns import wants

TOPIC = "events"
# Some were committed without a position; the process that did so numbers them.
UNNUMBERED = "unnumbered events"
# How much of the log one page of a search looks through, and one page of a reader holds.
MAX_SEARCHED = 50_000
MAX_FOLLOWED = 200
MAX_FOLLOWED_BYTES = 256 * 1024
# How much earlier an event may have begun than one before it, on machines whose clocks differ.
MAX_SKEW = 60 * SECOND


class Announced(Protocol):
    """A wire object with an id."""

    id: str

    def model_dump_json(self) -> str: ...


def publish(tx: Transaction, caller: Caller, type: str, object: Announced) -> str:
    """Write an event into the log, in the transaction of the change that it reports; its id."""
    event_id = ids.new("evt")
    position = storage.create_event(
        tx,
        caller.organization_id,
        event_id,
        type=type,
        object_id=object.id,
        data=b'{"object":' + object.model_dump_json().encode() + b"}",
        request_id=caller.request_id,
    )
    if position is None:
        tx.notify(UNNUMBERED, is_told=False)
    else:
        tx.notify(TOPIC)
    return event_id


def number_events(tx: Transaction, *, at_most: int) -> int:
    """Give positions to committed events that have none yet; how many there were."""
    numbered = storage.number_events(tx, at_most=at_most)
    if numbered:
        tx.notify(TOPIC)
    return numbered


def last_position(tx: Transaction, caller: Caller) -> int:
    """The position of the newest event; 0 before the first."""
    return storage.find_last_position(tx, caller.organization_id) or 0


def list_events_after(
    tx: Transaction, caller: Caller, position: int, *, limit: int
) -> list[EventRow]:
    """What was announced after a position, in order."""
    return storage.list_events_after(tx, caller.organization_id, after=position, limit=limit)


class Followed(NamedTuple):
    """What a reader of the log gets next, and the position to go on after."""

    events: list[tuple[EventRow, bytes]]
    position: int


def follow(tx: Transaction, caller: Caller, position: int, types: Sequence[str]) -> Followed:
    """The next events after a position whose type is one of `types`: as many as are held at once.

    Raises:
        EventsExpired: The log was deleted beyond the position.
    """
    refuse_if_expired(tx, caller, position)
    events: list[tuple[EventRow, bytes]] = []
    for row in storage.list_events_within(
        tx,
        caller.organization_id,
        after=position,
        limit=MAX_FOLLOWED,
        max_bytes=MAX_FOLLOWED_BYTES,
    ):
        position = row.position
        if wants(types, row.type):
            events.append((row, wire.event(row)))
    return Followed(events, position)


def begin_to_follow(tx: Transaction, caller: Caller, position: int | None) -> int:
    """The position after which a reader begins: the one that it says, or else the newest.

    Raises:
        EventsExpired: The log was deleted beyond the position.
        ValidationFailed: The log has never come so far.
    """
    newest = last_position(tx, caller)
    if position is None:
        return newest
    if position > newest:
        raise invalid(["query", "after"], f"is beyond the newest event, which has {newest}")
    refuse_if_expired(tx, caller, position)
    return position


def refuse_if_expired(tx: Transaction, caller: Caller, position: int) -> None:
    """Whoever goes on after a position must not miss in silence what has been deleted."""
    horizon = storage.find_horizon(tx, caller.organization_id)
    if position < horizon:
        raise EventsExpired(position, horizon)


def get_event(tx: Transaction, caller: Caller, event_id: str) -> bytes:
    """An event, as it is sent everywhere."""
    row = storage.find_event(tx, caller.organization_id, event_id)
    if row is None:
        raise EventNotFound(event_id)
    return wire.event(row)


@dataclass
class _Query:
    """The pages of a search that has no offsets."""

    limit: int | None
    cursor: str | None
    offset: int | None = None


def search_events(tx: Transaction, caller: Caller, body: EventSearch) -> Listing[bytes]:
    """Events in order; what is found of a large part of the log makes a page, if it is few."""
    wanted = window(_Query(body.limit, body.cursor), "events", (int,))
    after = 0
    if wanted.after is not None:
        [after] = wanted.after
    elif body.since is not None:
        since = moment_of(body.since, ["body", "since"])
        after = find_position_before(tx, caller, since)
    # What was deleted would be looked through in vain, a page for each part of it.
    after = max(after, storage.find_horizon(tx, caller.organization_id))
    until = min(after + MAX_SEARCHED, last_position(tx, caller))
    rows = storage.each_matching_event(
        tx,
        caller.organization_id,
        after=after,
        until=until,
        types=body.types or ["*"],
        object_id=body.object_id,
        limit=wanted.fetch,
    )
    found = _take(rows, wanted)
    if found.has_more or until >= last_position(tx, caller):
        return wanted.page(found, wire.event, lambda row: (row.position,))
    # Nothing is missing on this page, and there may be more behind it.
    return Listing([wire.event(row) for row in found.rows], wanted.cursor_of((until,)))


def _take(rows: Iterator[EventRow], wanted: Window) -> Found[EventRow]:
    """As many as fit into the page."""
    kept: list[EventRow] = []
    size = 0
    for row in rows:
        size += len(row.data)
        if kept and (len(kept) == wanted.limit or size > MAX_PAGE_BYTES):
            return Found(kept, has_more=True)
        kept.append(row)
    return Found(kept, has_more=False)


def find_position_before(tx: Transaction, caller: Caller, moment: int) -> int:
    """The position after which all is that was announced at a moment or later.

    Looked for by halves: an index of moments would make every change dearer.
    """
    low, high = 0, last_position(tx, caller)
    while low < high:
        middle = (low + high) // 2
        found = storage.find_moment_from(tx, caller.organization_id, middle + 1)
        if found is None or found >= moment - MAX_SKEW:
            high = middle
        else:
            low = middle + 1
    found = storage.find_position_from(tx, caller.organization_id, after=low, moment=moment)
    return last_position(tx, caller) if found is None else found - 1
