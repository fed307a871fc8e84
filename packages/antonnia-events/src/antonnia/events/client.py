"""The client of the events API."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from antonnia.core import ServiceClient, Transport, make_body, path_of

from .deliveries import Deliveries
from .event_log import EventLog
from .webhooks import Webhooks

if TYPE_CHECKING:
    from antonnia.core import EventStream
    from antonnia.events.types import Event


class Events(ServiceClient):
    """What happens on the platform: sent to webhooks, as a stream, and as a log.

    ```python
    async with Events(token="your_api_token") as client:
        async for event in client.events.iter(["session.*"]):
            print(event.created_at, event.type, event.data.object.id)
    ```

    Its options, its retries, and what any call may raise are those of every `ServiceClient`.
    """

    _prefix = "/events/v1"

    webhooks: Webhooks
    """Where events are sent to."""

    deliveries: Deliveries
    """What became of each event on its way to a webhook."""

    events: EventLog
    """Everything that happened, in order."""

    def stream(
        self, types: Optional[List[str]] = None, *, after: Optional[int] = None
    ) -> EventStream[Event]:
        """Follow what happens, as it happens: each event once, in the order of `position`.

        A connection that is lost is opened again and goes on after the last event. What happens
        within `async with` comes, however soon. It ends when it is closed, or with the client.
        Who is slow is not overrun: what is not asked for yet stays with the server.

        Args:
            types: Only these types: `session.created`, `session.*`, …
            after: The `position` of the event after which to begin; 0 is before the first. By
                default with what happens from now on.

        Raises:
            APIError: `events_expired`, if what came after `after` is not kept any more; raised
                by `async with` or with the first event, as all errors are.
            ValidationError: A type cannot be one; raised at once.
        """
        from antonnia.events.types import Event, EventSearch

        make_body(EventSearch, types=types)
        wanted = "" if types is None else "?types=" + ",".join(types)
        return self._transport.stream(
            path_of("stream") + wanted, Event, last_id=None if after is None else str(after)
        )

    def _carry_with(self, transport: Transport) -> None:
        super()._carry_with(transport)
        self.webhooks = Webhooks(transport)
        self.deliveries = Deliveries(transport)
        self.events = EventLog(transport)
