"""Deliveries: what became of an event on its way to a webhook."""

from datetime import datetime
from typing import List, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel

DeliveryStatus = Literal["pending", "succeeded", "failed", "exhausted"]


class DeliveryAttempt(WireModel):
    """One attempt: what was answered, or why nothing was.

    `response_excerpt` is the beginning of the answer's body.
    """

    at: datetime
    status_code: Optional[int] = None
    duration_ms: int
    error: Optional[str] = None
    response_excerpt: Optional[str] = None


class Delivery(WireModel):
    """An event on its way to a webhook.

    `pending` has not been tried yet; `failed` was tried, and is again at `next_attempt_at`;
    `exhausted` is not tried again by itself.
    """

    id: str
    organization_id: str
    webhook_id: str
    event_id: str
    event_type: str
    status: Union[DeliveryStatus, str]
    attempts: List[DeliveryAttempt]
    next_attempt_at: Optional[datetime] = None
    created_at: datetime


class DeliveryRetry(RequestModel):
    """The body of `POST /deliveries/{id}/retry`; it has no fields."""


class DeliverySearch(RequestModel):
    """The body of `POST /deliveries/search`; the newest come first.

    A page looks through 20,000 deliveries for what is rare: it may have few, or none, and a cursor
    to go on.
    """

    webhook_id: Optional[str] = None
    event_id: Optional[str] = None
    status: Optional[DeliveryStatus] = None
    offset: Optional[Annotated[int, Field(ge=0)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None
