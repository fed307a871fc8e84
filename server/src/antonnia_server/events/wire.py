"""From rows to what leaves the server."""

from __future__ import annotations

import json

from pydantic_core import to_json

from antonnia.events.types import Delivery, DeliveryAttempt, Webhook, WebhookWithSecret
from antonnia_server.clock import to_datetime, to_optional_datetime

from .storage.deliveries import DeliveryRow
from .storage.log import EventRow
from .storage.webhooks import WebhookRow


def event(row: EventRow) -> bytes:
    """An event, byte for byte the same wherever and however often it is sent."""
    head = {
        "id": row.id,
        "position": row.position,
        "type": row.type,
        "created_at": to_datetime(row.created_at),
        "organization_id": row.organization_id,
        "request_id": row.request_id,
    }
    return to_json(head)[:-1] + b',"data":' + bytes(row.data) + b"}"


def webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        organization_id=row.organization_id,
        url=row.url,
        events=row.events,
        description=row.description,
        headers=row.headers,
        status=row.status,
        disabled_reason=row.disabled_reason,
        created_at=to_datetime(row.created_at),
        updated_at=to_optional_datetime(row.updated_at),
    )


def announced_webhook(row: WebhookRow) -> Webhook:
    """As others may read of it: its headers may be what its receiver knows us by."""
    return webhook(row._replace(headers={}))


def webhook_with_secret(row: WebhookRow) -> WebhookWithSecret:
    return WebhookWithSecret(**dict(webhook(row)), secret=row.secret)


def delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        organization_id=row.organization_id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        event_type=row.event_type,
        status=row.status,
        attempts=[DeliveryAttempt.model_validate_json(json.dumps(each)) for each in row.attempts],
        next_attempt_at=to_optional_datetime(row.next_attempt_at),
        created_at=to_datetime(row.created_at),
    )
