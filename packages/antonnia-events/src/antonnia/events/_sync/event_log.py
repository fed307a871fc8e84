# Generated from ../event_log.py by `make sync`; do not edit.

"""The log: everything that happened, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, List, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from datetime import datetime

    from antonnia.events.types import Event

    from .raw import SyncRawEventLog


class SyncEventLog:
    """The events of an organization; `position` is their order."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawEventLog:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawEventLog", SyncEventLog(self._transport.raw()))

    def get(self, event_id: str) -> Event:
        """Read an event; it has the class of its type, such as `MessageCreated`.

        Args:
            event_id: The event, `evt_…`.

        Raises:
            NotFoundError: `event_not_found`.
        """
        from antonnia.events.types import Event

        return self._transport.get(path_of("events", event_id), Event)

    def search(
        self,
        types: Optional[List[str]] = None,
        since: Optional[datetime] = None,
        object_id: Optional[str] = None,
        limit: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Event]:
        """Read events in the order in which they happened.

        A page can have fewer events than `limit`, and even none, with more to come; `next_cursor`
        says whether there is more.

        Args:
            types: Only these types: `session.created`, `session.*`, …
            since: Only what happened from then on, with its zone.
            object_id: Only what happened to this object: `sess_…`, `msg_…`, …
            limit: Events per page, 1–1000; 100 by default.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits.
        """
        from antonnia.events.types import Event, EventSearch

        body = make_body(
            EventSearch, types=types, since=since, object_id=object_id, limit=limit, cursor=cursor
        )
        return self._transport.search(path_of("events", "search"), Event, body)

    def iter(
        self,
        types: Optional[List[str]] = None,
        since: Optional[datetime] = None,
        object_id: Optional[str] = None,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[Event]:
        """Go through the log up to its end, in the order in which things happened.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            types: Only these types: `session.created`, `session.*`, …
            since: Only what happened from then on, with its zone.
            object_id: Only what happened to this object: `sess_…`, `msg_…`, …
            limit: Events per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first event.
        """
        return SyncItems.of_search(partial(self.search, types, since, object_id, limit))
