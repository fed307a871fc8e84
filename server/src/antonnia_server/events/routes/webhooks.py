"""The paths of webhooks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.events.types import (
    Delivery,
    Webhook,
    WebhookCreate,
    WebhookRecover,
    WebhookRecovery,
    WebhookRotate,
    WebhookSearch,
    WebhookSendTest,
    WebhookUpdate,
    WebhookWithSecret,
)
from antonnia_server.db import Database
from antonnia_server.http.caller import Caller
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.idempotency import without_secret
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import (
    TooManySecrets,
    TooManyWebhooks,
    UrlRefused,
    WebhookNotEnabled,
    WebhookNotFound,
)
from ..outbound import Guard, Refused

router = APIRouter(tags=["webhooks"])
_WEBHOOKS = TypeAdapter(list[Webhook])


@router.post(
    "/webhooks",
    **describes(
        WebhookWithSecret,
        permission="events:admin",
        body=WebhookCreate,
        status=201,
        raises=[UrlRefused, TooManyWebhooks, IdempotencyKeyReused],
    ),
)
async def create_webhook(request: Request) -> Response:
    """Have events sent to a URL; the answer holds the secret that signs them, this once."""

    async def check(caller: Caller, body: WebhookCreate) -> dict[str, Any]:
        await _refuse_url(request, caller, body.url)
        return {}

    return await write(
        request,
        service.create_webhook,
        body=WebhookCreate,
        status=201,
        respond=lambda webhook: without_secret(webhook, 201),
        prepare=check,
    )


@router.post(
    "/webhooks/search", **describes(list[Webhook], permission="events:read", body=WebhookSearch)
)
async def search_webhooks(request: Request) -> Response:
    """List webhooks from the oldest to the newest."""
    return await search(request, service.search_webhooks, body=WebhookSearch, items=_WEBHOOKS)


@router.get(
    "/webhooks/{webhook_id}",
    **describes(Webhook, permission="events:read", raises=[WebhookNotFound]),
)
async def get_webhook(request: Request, webhook_id: str) -> Response:
    """Read a webhook."""
    return await read(request, service.get_webhook, webhook_id)


@router.patch(
    "/webhooks/{webhook_id}",
    **describes(
        Webhook, permission="events:admin", body=WebhookUpdate, raises=[WebhookNotFound, UrlRefused]
    ),
)
async def update_webhook(request: Request, webhook_id: str) -> Response:
    """Change a webhook; with `status`, pause it or have it go on."""

    async def check(caller: Caller, body: WebhookUpdate) -> dict[str, Any]:
        if body.url is not None:
            await _refuse_url(request, caller, body.url)
        return {}

    return await write(
        request, service.update_webhook, webhook_id, body=WebhookUpdate, prepare=check
    )


@router.delete(
    "/webhooks/{webhook_id}",
    **describes(None, permission="events:admin", status=204, raises=[WebhookNotFound]),
)
async def delete_webhook(request: Request, webhook_id: str) -> Response:
    """Delete a webhook; nothing more is sent to it."""
    return await write(request, service.delete_webhook, webhook_id, status=204)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    **describes(
        WebhookWithSecret,
        permission="events:admin",
        body=WebhookRotate,
        raises=[WebhookNotFound, TooManySecrets, IdempotencyKeyReused],
    ),
)
async def rotate_webhook(request: Request, webhook_id: str) -> Response:
    """Make a new secret; for a day each one before signs beside it."""
    return await write(
        request,
        service.rotate_webhook,
        webhook_id,
        body=WebhookRotate,
        respond=lambda webhook: without_secret(webhook, 200),
    )


@router.post(
    "/webhooks/{webhook_id}/test",
    **describes(
        Delivery,
        permission="events:write",
        body=WebhookSendTest,
        status=202,
        raises=[WebhookNotFound, WebhookNotEnabled, IdempotencyKeyReused],
    ),
)
async def test_webhook(request: Request, webhook_id: str) -> Response:
    """Send it `webhook.test` now."""
    return await write(request, service.test_webhook, webhook_id, body=WebhookSendTest, status=202)


@router.post(
    "/webhooks/{webhook_id}/recover",
    **describes(
        WebhookRecovery,
        permission="events:write",
        body=WebhookRecover,
        status=202,
        raises=[WebhookNotFound, WebhookNotEnabled, IdempotencyKeyReused],
    ),
)
async def recover_webhook(request: Request, webhook_id: str) -> Response:
    """Deliver again whatever was not delivered since a time."""

    async def count(caller: Caller, body: WebhookRecover) -> dict[str, Any]:
        db: Database = request.app.state.db
        return {"counted": await db.read(service.count_undelivered, caller, webhook_id, body)}

    return await write(
        request,
        service.recover_webhook,
        webhook_id,
        body=WebhookRecover,
        status=202,
        prepare=count,
    )


async def _refuse_url(request: Request, caller: Caller, url: str) -> None:
    guard: Guard = request.app.state.guard
    try:
        await guard.check(url, caller.organization_id)
    except Refused as refused:
        raise UrlRefused(str(refused)) from refused
