# Generated from ../deliveries.py by `make sync`; do not edit.

"""Deliveries: what became of each event on its way to a webhook."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Iterator, Optional, cast

from antonnia.core import SyncItems, SyncPage, SyncTransport, make_body, path_of

if TYPE_CHECKING:
    from antonnia.events.types import Delivery, DeliveryStatus

    from .raw import SyncRawDeliveries


class SyncDeliveries:
    """The ledger: each event that a webhook wants, with every attempt to deliver it."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawDeliveries:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawDeliveries", SyncDeliveries(self._transport.raw()))

    def get(self, delivery_id: str) -> Delivery:
        """Read a delivery.

        Args:
            delivery_id: The delivery, `dlv_…`.

        Raises:
            NotFoundError: `delivery_not_found`.
        """
        from antonnia.events.types import Delivery

        return self._transport.get(path_of("deliveries", delivery_id), Delivery)

    def search(
        self,
        webhook_id: Optional[str] = None,
        event_id: Optional[str] = None,
        status: Optional[DeliveryStatus] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> SyncPage[Delivery]:
        """Read deliveries from the newest to the oldest.

        Args:
            webhook_id: Only those to this webhook, `wh_…`.
            event_id: Only those of this event, `evt_…`.
            status: Only those that are `"pending"`, `"succeeded"`, `"failed"` or `"exhausted"`.
            limit: Deliveries per page, 1–1000; 100 by default.
            offset: Deliveries to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.events.types import Delivery, DeliverySearch

        body = make_body(
            DeliverySearch,
            webhook_id=webhook_id,
            event_id=event_id,
            status=status,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )
        return self._transport.search(path_of("deliveries", "search"), Delivery, body)

    def iter(
        self,
        webhook_id: Optional[str] = None,
        event_id: Optional[str] = None,
        status: Optional[DeliveryStatus] = None,
        *,
        limit: Optional[int] = None,
    ) -> Iterator[Delivery]:
        """Go through all deliveries, from the newest to the oldest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            webhook_id: Only those to this webhook, `wh_…`.
            event_id: Only those of this event, `evt_…`.
            status: Only those that are `"pending"`, `"succeeded"`, `"failed"` or `"exhausted"`.
            limit: Deliveries per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first delivery.
        """
        return SyncItems.of_search(partial(self.search, webhook_id, event_id, status, limit))

    def retry(self, delivery_id: str, *, idempotency_key: Optional[str] = None) -> Delivery:
        """Attempt a delivery now, whatever became of it before.

        If it fails, it is attempted again as often as a new one.

        Args:
            delivery_id: The delivery, `dlv_…`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `delivery_not_found`.
            ValidationError: `webhook_not_enabled`.
        """
        from antonnia.events.types import Delivery, DeliveryRetry

        return self._transport.post(
            path_of("deliveries", delivery_id, "retry"),
            Delivery,
            make_body(DeliveryRetry),
            idempotency_key=idempotency_key,
        )
