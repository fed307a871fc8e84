"""What may be announced, and how."""

from __future__ import annotations

from typing import Protocol

from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from . import storage
from .storage import EventRow

TOPIC = "events"
# Some were committed without a position; the process that did so numbers them.
UNNUMBERED = "unnumbered events"


class Announced(Protocol):
    """A wire object with an id."""

    id: str

    def model_dump_json(self) -> str: ...


def publish(tx: Transaction, caller: Caller, type: str, object: Announced) -> None:
    """Write an event into the log, in the transaction of the change that it reports."""
    position = storage.create_event(
        tx,
        caller.organization_id,
        ids.new("evt"),
        type=type,
        object_id=object.id,
        data=b'{"object":' + object.model_dump_json().encode() + b"}",
        request_id=caller.request_id,
    )
    if position is None:
        tx.notify(UNNUMBERED, is_told=False)
    else:
        tx.notify(TOPIC)


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
