"""Webhooks: where events are sent to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, AsyncIterator, Dict, List, Optional, Union, cast

from antonnia.core import NOT_GIVEN, Items, NotGiven, Page, Transport, make_body, path_of

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Literal

    from antonnia.events.types import (
        Delivery,
        Webhook,
        WebhookRecovery,
        WebhookStatus,
        WebhookWithSecret,
    )

    from .raw import RawWebhooks


class Webhooks:
    """The endpoints that events are sent to.

    An event is sent again until it is answered with a 2xx status, for about three days; so it may
    come twice, under the same `webhook-id`. After five days on which everything has failed a
    webhook is disabled.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> RawWebhooks:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("RawWebhooks", Webhooks(self._transport.raw()))

    async def create(
        self,
        url: str,
        events: Optional[List[str]] = None,
        *,
        description: Optional[str] = None,
        headers: Optional[Dict[str, str]] = None,
        idempotency_key: Optional[str] = None,
    ) -> WebhookWithSecret:
        """Have what happens from now on sent to a URL.

        The answer holds the `secret` that deliveries are signed with; it is never shown again.

        Args:
            url: Where to, `https://…`; private addresses are refused.
            events: Types such as `session.created`, `session.*` or `*`. By default
                `session.created`, `session.transferred`, `session.finished` and
                `message.created`.
            description: What it is for, at most 4,096 characters.
            headers: Sent with each delivery, 20 at most.
            idempotency_key: Makes repeating the call harmless for 24 hours; a repeated answer
                holds no secret.

        Raises:
            ValidationError: `url_refused`, `too_many_webhooks`; or a value is out of its limits.
        """
        from antonnia.events.types import WebhookCreate, WebhookWithSecret

        body = make_body(
            WebhookCreate, url=url, events=events, description=description, headers=headers
        )
        return await self._transport.post(
            path_of("webhooks"), WebhookWithSecret, body, idempotency_key=idempotency_key
        )

    async def get(self, webhook_id: str) -> Webhook:
        """Read a webhook.

        Args:
            webhook_id: The webhook, `wh_…`.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        from antonnia.events.types import Webhook

        return await self._transport.get(path_of("webhooks", webhook_id), Webhook)

    async def update(
        self,
        webhook_id: str,
        *,
        url: Optional[str] = None,
        events: Optional[List[str]] = None,
        description: Union[str, NotGiven, None] = NOT_GIVEN,
        headers: Optional[Dict[str, str]] = None,
        status: Optional[Literal["enabled", "paused"]] = None,
    ) -> Webhook:
        """Change a webhook; what is left out stays as it is.

        While it is paused, what happens is kept for it, and sent when it is enabled again. A
        disabled one that is enabled is sent what happens from then on; `recover` sends what it
        has missed.

        Args:
            webhook_id: The webhook, `wh_…`.
            url: Where to from now on; what waits is sent there too.
            events: All the types that it is sent from now on.
            description: The new description; `None` takes it away.
            headers: All the headers that are sent with each delivery.
            status: `"paused"`, or `"enabled"`.

        Raises:
            NotFoundError: `webhook_not_found`.
            ValidationError: `url_refused`, or a value is out of its limits.
        """
        from antonnia.events.types import Webhook, WebhookUpdate

        body = make_body(
            WebhookUpdate,
            {"description": description},
            url=url,
            events=events,
            headers=headers,
            status=status,
        )
        return await self._transport.patch(path_of("webhooks", webhook_id), Webhook, body)

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook and its deliveries; nothing more is sent to it.

        Args:
            webhook_id: The webhook, `wh_…`.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        return await self._transport.delete(path_of("webhooks", webhook_id))

    async def search(
        self,
        status: Optional[WebhookStatus] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
        *,
        cursor: Optional[str] = None,
    ) -> Page[Webhook]:
        """Read webhooks from the oldest to the newest.

        Args:
            status: Only those that are `"enabled"`, `"paused"` or `"disabled"`.
            limit: Webhooks per page, 1–1000; 100 by default.
            offset: Webhooks to skip; not together with `cursor`.
            cursor: The `next_cursor` of the page before.

        Raises:
            ValidationError: A value is out of its limits, or `cursor` came with `offset`.
        """
        from antonnia.events.types import Webhook, WebhookSearch

        body = make_body(WebhookSearch, status=status, limit=limit, offset=offset, cursor=cursor)
        return await self._transport.search(path_of("webhooks", "search"), Webhook, body)

    def iter(
        self,
        status: Optional[WebhookStatus] = None,
        *,
        limit: Optional[int] = None,
    ) -> AsyncIterator[Webhook]:
        """Go through all webhooks, from the oldest to the newest.

        Pages are fetched as they are reached. After an error the iterator can be asked again, and
        goes on where it stood.

        Args:
            status: Only those that are `"enabled"`, `"paused"` or `"disabled"`.
            limit: Webhooks per page, 1–1000; 100 by default.

        Raises:
            ValidationError: A value is out of its limits; raised with the first webhook.
        """
        return Items.of_search(partial(self.search, status, limit))

    async def rotate(
        self, webhook_id: str, *, idempotency_key: Optional[str] = None
    ) -> WebhookWithSecret:
        """Give a webhook a new secret.

        For 24 hours deliveries carry a signature of each old one too, so that receivers can be
        told the new one meanwhile. There are ten of those at most.

        Args:
            webhook_id: The webhook, `wh_…`.
            idempotency_key: Makes repeating the call harmless for 24 hours; a repeated answer
                holds no secret.

        Raises:
            NotFoundError: `webhook_not_found`.
            ValidationError: `too_many_secrets`.
        """
        from antonnia.events.types import WebhookRotate, WebhookWithSecret

        return await self._transport.post(
            path_of("webhooks", webhook_id, "rotate"),
            WebhookWithSecret,
            make_body(WebhookRotate),
            idempotency_key=idempotency_key,
        )

    async def test(self, webhook_id: str, *, idempotency_key: Optional[str] = None) -> Delivery:
        """Send a webhook `webhook.test` now.

        Emits `webhook.test`, which no other webhook is sent. What became of it is in the ledger:
        `deliveries.get(delivery.id)`.

        Args:
            webhook_id: The webhook, `wh_…`.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `webhook_not_found`.
            ValidationError: `webhook_not_enabled`.
        """
        from antonnia.events.types import Delivery, WebhookSendTest

        return await self._transport.post(
            path_of("webhooks", webhook_id, "test"),
            Delivery,
            make_body(WebhookSendTest),
            idempotency_key=idempotency_key,
        )

    async def recover(
        self, webhook_id: str, since: datetime, *, idempotency_key: Optional[str] = None
    ) -> WebhookRecovery:
        """Send everything again that has not been delivered since a time.

        What was delivered is not sent again. `queued` of the answer says how many of the first
        10,000 events since then are, and `has_more` whether there are others behind them, which
        are looked through too.

        Args:
            webhook_id: The webhook, `wh_…`.
            since: From when on, with its zone.
            idempotency_key: Makes repeating the call harmless for 24 hours.

        Raises:
            NotFoundError: `webhook_not_found`.
            ValidationError: `webhook_not_enabled`, or `since` has no zone.
        """
        from antonnia.events.types import WebhookRecover, WebhookRecovery

        return await self._transport.post(
            path_of("webhooks", webhook_id, "recover"),
            WebhookRecovery,
            make_body(WebhookRecover, since=since),
            idempotency_key=idempotency_key,
        )
