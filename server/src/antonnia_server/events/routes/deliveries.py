"""The paths of the ledger."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.events.types import Delivery, DeliveryRetry, DeliverySearch
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import DeliveryNotFound, WebhookNotEnabled

router = APIRouter(tags=["deliveries"])
_DELIVERIES = TypeAdapter(list[Delivery])


@router.post(
    "/deliveries/search", **describes(list[Delivery], permission="events:read", body=DeliverySearch)
)
async def search_deliveries(request: Request) -> Response:
    """List deliveries from the newest to the oldest."""
    return await search(request, service.search_deliveries, body=DeliverySearch, items=_DELIVERIES)


@router.get(
    "/deliveries/{delivery_id}",
    **describes(Delivery, permission="events:read", raises=[DeliveryNotFound]),
)
async def get_delivery(request: Request, delivery_id: str) -> Response:
    """Read what became of an event on its way to a webhook."""
    return await read(request, service.get_delivery, delivery_id)


@router.post(
    "/deliveries/{delivery_id}/retry",
    **describes(
        Delivery,
        permission="events:write",
        body=DeliveryRetry,
        status=202,
        raises=[DeliveryNotFound, WebhookNotEnabled, IdempotencyKeyReused],
    ),
)
async def retry_delivery(request: Request, delivery_id: str) -> Response:
    """Attempt it now, whatever became of it before."""
    return await write(request, service.retry_delivery, delivery_id, body=DeliveryRetry, status=202)
