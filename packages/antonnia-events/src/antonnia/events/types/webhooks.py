"""Webhooks: where events are sent to."""

from datetime import datetime
from typing import Dict, List, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .patterns import EventPatterns

WebhookStatus = Literal["enabled", "paused", "disabled"]

DEFAULT_EVENTS = (
    "session.created",
    "session.transferred",
    "session.finished",
    "message.created",
)


class Webhook(WireModel):
    """An endpoint that events are sent to.

    A `paused` one waits, and is sent later what happens meanwhile; a `disabled` one is sent
    nothing, and `disabled_reason` says why.
    """

    id: str
    organization_id: str
    url: str
    events: List[str]
    description: Optional[str] = None
    headers: Dict[str, str]
    status: Union[WebhookStatus, str]
    disabled_reason: Optional[str] = None
    created_at: datetime
    updated_at: Optional[datetime] = None


class WebhookWithSecret(Webhook, hide_input_in_errors=True):
    """A webhook with its secret, `whsec_…`, which is shown this once."""

    secret: Annotated[str, Field(repr=False)]


class WebhookRecovery(WireModel):
    """How many deliveries of a webhook were queued again.

    `queued` counts those of the first 10,000 events since then; with `has_more` there are others
    behind them, which are looked through as well, but were not counted.
    """

    webhook_id: str
    since: datetime
    queued: int
    has_more: bool = False


Url = Annotated[str, Field(min_length=1, max_length=2048)]
Description = Annotated[str, Field(max_length=4096)]
HeaderName = Annotated[str, Field(max_length=100, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
# No line breaks, and no spaces around it.
HeaderValue = Annotated[
    str, Field(max_length=4096, pattern=r"^([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?$")
]
Headers = Annotated[Dict[HeaderName, HeaderValue], Field(max_length=20)]


class WebhookCreate(RequestModel):
    """The body of `POST /webhooks`."""

    url: Url
    events: Optional[EventPatterns] = None
    description: Optional[Description] = None
    headers: Optional[Headers] = None


class WebhookUpdate(RequestModel):
    """The body of `PATCH /webhooks/{id}`; a null `description` takes it away."""

    url: Optional[Url] = None
    events: Optional[EventPatterns] = None
    description: Optional[Description] = None
    headers: Optional[Headers] = None
    status: Optional[Literal["enabled", "paused"]] = None


class WebhookSearch(RequestModel):
    """The body of `POST /webhooks/search`."""

    status: Optional[WebhookStatus] = None
    offset: Optional[Annotated[int, Field(ge=0)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None


class WebhookRotate(RequestModel):
    """The body of `POST /webhooks/{id}/rotate`; it has no fields."""


class WebhookSendTest(RequestModel):
    """The body of `POST /webhooks/{id}/test`; it has no fields."""


class WebhookRecover(RequestModel):
    """The body of `POST /webhooks/{id}/recover`."""

    since: Moment
