# Generated from ../raw.py by `make sync`; do not edit.

# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Optional, Protocol, Union

from antonnia.core import NOT_GIVEN, NotGiven, SyncPage

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Literal

    from antonnia.core import RawResponse
    from antonnia.events.types import (
        Delivery,
        DeliveryStatus,
        Event,
        Webhook,
        WebhookRecovery,
        WebhookStatus,
        WebhookWithSecret,
    )


class SyncRawDeliveries(Protocol):
    """`SyncDeliveries`, with answers as they came."""

    def get(self, delivery_id: str) -> RawResponse[Delivery]:
        """Read a delivery."""
        ...

    def search(
        self,
        webhook_id: Optional[str] = None,
        event_id: Optional[str] = None,
        status: Optional[DeliveryStatus] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Delivery]]:
        """Read deliveries from the newest to the oldest."""
        ...

    def retry(
        self, delivery_id: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Delivery]:
        """Attempt a delivery now, whatever became of it before."""
        ...


class SyncRawEventLog(Protocol):
    """`SyncEventLog`, with answers as they came."""

    def get(self, event_id: str) -> RawResponse[Event]:
        """Read an event; it has the class of its type, such as `MessageCreated`."""
        ...

    def search(
        self,
        types: Optional[List[str]] = None,
        since: Optional[datetime] = None,
        object_id: Optional[str] = None,
        limit: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Event]]:
        """Read events in the order in which they happened."""
        ...


class SyncRawWebhooks(Protocol):
    """`SyncWebhooks`, with answers as they came."""

    def create(
        self,
        url: str,
        events: Optional[List[str]] = None,
        *,
        description: Optional[str] = None,
        headers: Optional[Dict[str, str]] = None,
        idempotency_key: Optional[str] = None,
    ) -> RawResponse[WebhookWithSecret]:
        """Have what happens from now on sent to a URL."""
        ...

    def get(self, webhook_id: str) -> RawResponse[Webhook]:
        """Read a webhook."""
        ...

    def update(
        self,
        webhook_id: str,
        *,
        url: Optional[str] = None,
        events: Optional[List[str]] = None,
        description: Union[str, NotGiven, None] = NOT_GIVEN,
        headers: Optional[Dict[str, str]] = None,
        status: Optional[Literal["enabled", "paused"]] = None,
    ) -> RawResponse[Webhook]:
        """Change a webhook; what is left out stays as it is."""
        ...

    def delete(self, webhook_id: str) -> RawResponse[None]:
        """Delete a webhook and its deliveries; nothing more is sent to it."""
        ...

    def search(
        self,
        status: Optional[WebhookStatus] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> RawResponse[SyncPage[Webhook]]:
        """Read webhooks from the oldest to the newest."""
        ...

    def rotate(
        self, webhook_id: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[WebhookWithSecret]:
        """Give a webhook a new secret."""
        ...

    def test(
        self, webhook_id: str, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[Delivery]:
        """Send a webhook `webhook.test` now."""
        ...

    def recover(
        self, webhook_id: str, since: datetime, *, idempotency_key: Optional[str] = None
    ) -> RawResponse[WebhookRecovery]:
        """Send everything again that has not been delivered since a time."""
        ...
