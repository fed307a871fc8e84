"""Events: what happened, with the object as it was then."""

from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Generic,
    Literal,
    Mapping,
    Optional,
    Type,
    Union,
    cast,
)

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler
from typing_extensions import Annotated, Self, TypeVar

from antonnia.conversations.types import Message, Session
from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .patterns import EventPatterns
from .webhooks import Webhook

D = TypeVar("D")
T = TypeVar("T", bound=str)


# Frozen, as what has happened: and so a subclass may say more exactly what `type` and `data` are.
class EventBase(BaseModel, Generic[D, T], extra="ignore", frozen=True):
    """What every event has.

    `position` grows in the order in which things were committed, within an organization;
    `request_id` names the request that did it. `data.object` is the object as it was then.
    """

    id: str
    position: int
    type: T
    created_at: datetime
    organization_id: str
    request_id: Optional[str] = None
    data: D


class Event(EventBase[Any, str], frozen=True):
    """An event of any type.

    Whatever reads one, such as `Event.model_validate(data)`, gives the class of its type:
    `MessageCreated`, `SessionCreated`, …, or `UnknownEvent` for a type that this version does not
    know.
    """

    if not TYPE_CHECKING:  # A type checker sees the fields, which say more.

        def __new__(cls, /, *args: Any, **given: Any) -> Any:
            # Reading makes an object without arguments, and then fills it.
            return super().__new__(_class_of(given) if cls is Event and given else cls)

    @model_validator(mode="wrap")
    @classmethod
    def _with_class_of_type(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls is Event and isinstance(value, Mapping):
            event = _class_of(cast("Mapping[str, Any]", value)).model_validate(value)
            return cast("Self", event)
        return handler(value)


class SessionCreatedData(WireModel):
    """What `session.created` reports."""

    object: Session


class SessionCreated(Event, frozen=True):
    """A session was opened."""

    type: Literal["session.created"] = "session.created"
    data: SessionCreatedData


class SessionUpdatedData(WireModel):
    """What `session.updated` reports."""

    object: Session


class SessionUpdated(Event, frozen=True):
    """Fields of a session were changed, or it was opened again."""

    type: Literal["session.updated"] = "session.updated"
    data: SessionUpdatedData


class SessionTransferredData(WireModel):
    """What `session.transferred` reports."""

    object: Session


class SessionTransferred(Event, frozen=True):
    """A session was given to another agent, or left to wait for one."""

    type: Literal["session.transferred"] = "session.transferred"
    data: SessionTransferredData


class SessionFinishedData(WireModel):
    """What `session.finished` reports; `action` is `"expired"` when inactivity closed it."""

    object: Session
    action: Optional[Union[Literal["expired"], str]] = None


class SessionFinished(Event, frozen=True):
    """A session was closed."""

    type: Literal["session.finished"] = "session.finished"
    data: SessionFinishedData


class MessageCreatedData(WireModel):
    """What `message.created` reports."""

    object: Message


class MessageCreated(Event, frozen=True):
    """A message was written, by the contact or to them."""

    type: Literal["message.created"] = "message.created"
    data: MessageCreatedData


class MessageUpdatedData(WireModel):
    """What `message.updated` reports."""

    object: Message


class MessageUpdated(Event, frozen=True):
    """A message was delivered, read or refused, or other fields of it were changed."""

    type: Literal["message.updated"] = "message.updated"
    data: MessageUpdatedData


class WebhookTestData(WireModel):
    """What `webhook.test` reports: the webhook that is tested."""

    object: Webhook


class WebhookTest(Event, frozen=True):
    """Somebody tried a webhook; only that one is sent it."""

    type: Literal["webhook.test"] = "webhook.test"
    data: WebhookTestData


class WebhookDisabledData(WireModel):
    """What `webhook.disabled` reports: the webhook, with its `disabled_reason`."""

    object: Webhook


class WebhookDisabled(Event, frozen=True):
    """A webhook is sent nothing any more, because it failed for too long or asked for that."""

    type: Literal["webhook.disabled"] = "webhook.disabled"
    data: WebhookDisabledData


_KNOWN: Dict[str, Type[Event]] = {
    "session.created": SessionCreated,
    "session.updated": SessionUpdated,
    "session.transferred": SessionTransferred,
    "session.finished": SessionFinished,
    "message.created": MessageCreated,
    "message.updated": MessageUpdated,
    "webhook.test": WebhookTest,
    "webhook.disabled": WebhookDisabled,
}

KNOWN_EVENT_TYPES = frozenset(_KNOWN)


class UnknownEvent(Event, extra="allow", frozen=True):
    """An event of a type that this version does not know; its fields are kept as they came."""

    data: Dict[str, Any]

    @field_validator("type")
    @classmethod
    def _refuse_known_types(cls, value: str) -> str:
        # A broken event of a known type is an error, not an unknown event.
        if value in KNOWN_EVENT_TYPES:
            raise ValueError(f"a field of the {value!r} event is missing or wrong")
        return value


def _class_of(given: Mapping[str, Any]) -> Type[Event]:
    name = given.get("type")
    return _KNOWN.get(name, UnknownEvent) if isinstance(name, str) else UnknownEvent


AnyEvent = Annotated[
    Union[
        Annotated[
            Union[
                SessionCreated,
                SessionUpdated,
                SessionTransferred,
                SessionFinished,
                MessageCreated,
                MessageUpdated,
                WebhookTest,
                WebhookDisabled,
            ],
            Field(discriminator="type"),
        ],
        UnknownEvent,
    ],
    Field(union_mode="left_to_right"),
]
"""Every class that an event may have."""


class EventSearch(RequestModel):
    """The body of `POST /events/search`; the oldest come first, from `since` on."""

    types: Optional[EventPatterns] = None
    since: Optional[Moment] = None
    object_id: Optional[Annotated[str, Field(min_length=1, max_length=255)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None
