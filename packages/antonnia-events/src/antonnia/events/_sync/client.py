# Generated from ../client.py by `make sync`; do not edit.

"""The client of the events API."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from antonnia.core import SyncServiceClient, SyncTransport, make_body, path_of

from .deliveries import SyncDeliveries
from .event_log import SyncEventLog
from .webhooks import SyncWebhooks

if TYPE_CHECKING:
    from antonnia.core import SyncEventStream
    from antonnia.events.types import Event


class SyncEvents(SyncServiceClient):
    """What happens on the platform: sent to webhooks, as a stream, and as a log.

    ```python
    with SyncEvents(token="your_api_token") as client:
        for event in client.events.iter(["session.*"]):
            print(event.created_at, event.type, event.data.object.id)
    ```

    Its options, its retries, and what any call may raise are those of every `SyncServiceClient`.
    """

    _prefix = "/events/v1"

    webhooks: SyncWebhooks
    """Where events are sent to."""

    deliveries: SyncDeliveries
    """What became of each event on its way to a webhook."""

    events: SyncEventLog
    """Everything that happened, in order."""

    def stream(
        self, types: Optional[List[str]] = None, *, after: Optional[int] = None
    ) -> SyncEventStream[Event]:
        """Follow what happens, as it happens: each event once, in the order of `position`.

        A connection that is lost is opened again and goes on after the last event. What happens
        within `with` comes, however soon. It ends when it is closed, or with the client.
        Who is slow is not overrun: what is not asked for yet stays with the server.

        Args:
            types: Only these types: `session.created`, `session.*`, …
            after: The `position` of the event after which to begin; 0 is before the first. By
                default with what happens from now on.

        Raises:
            APIError: `events_expired`, if what came after `after` is not kept any more; raised
                by `with` or with the first event, as all errors are.
            ValidationError: A type cannot be one; raised at once.
        """
        from antonnia.events.types import Event, EventSearch

        make_body(EventSearch, types=types)
        wanted = "" if types is None else "?types=" + ",".join(types)
        return self._transport.stream(
            path_of("stream") + wanted, Event, last_id=None if after is None else str(after)
        )

    def _carry_with(self, transport: SyncTransport) -> None:
        super()._carry_with(transport)
        self.webhooks = SyncWebhooks(transport)
        self.deliveries = SyncDeliveries(transport)
        self.events = SyncEventLog(transport)
