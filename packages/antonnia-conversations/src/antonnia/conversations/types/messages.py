"""Messages of a session."""

from datetime import datetime
from typing import Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .content import MessageContent, ReceivedContent
from .ids import CallerId

MessageRole = Literal["user", "assistant"]
MessageDeliveryStatus = Literal["pending", "sent", "delivered", "read", "failed", "rejected"]
Order = Literal["asc", "desc"]


class Message(WireModel):
    """A message of a session.

    `position` counts the session's messages from 1 and gives their order. Messages of the contact
    start `delivered`, those of an agent `pending`.
    """

    id: str
    session_id: str
    conversation_id: str
    organization_id: str
    position: int
    role: Union[MessageRole, str]
    content: ReceivedContent
    agent_id: Optional[str] = None
    run_id: Optional[str] = None
    provider_message_id: Optional[str] = None
    replied_provider_message_id: Optional[str] = None
    delivery_status: Union[MessageDeliveryStatus, str]
    delivery_error_code: Optional[int] = None
    delivery_error_message: Optional[str] = None
    delivered_at: Optional[datetime] = None
    created_at: datetime
    updated_at: Optional[datetime] = None


class MessageCreate(RequestModel):
    """The body of `POST /sessions/{id}/messages`."""

    content: MessageContent
    role: MessageRole = "user"
    agent_id: Optional[str] = None
    provider_message_id: Optional[CallerId] = None
    replied_provider_message_id: Optional[CallerId] = None
    run_id: Optional[CallerId] = None


class MessageUpdate(RequestModel):
    """The body of `PATCH /sessions/{id}/messages/{message_id}`."""

    provider_message_id: Optional[CallerId] = None
    replied_provider_message_id: Optional[CallerId] = None
    delivery_status: Optional[MessageDeliveryStatus] = None
    delivery_error_code: Optional[int] = None
    delivery_error_message: Optional[Annotated[str, Field(max_length=4096)]] = None
    delivered_at: Optional[Moment] = None


class MessageSearch(RequestModel):
    """The body of `POST /messages/search` and `POST /sessions/{id}/messages/search`."""

    session_id: Optional[str] = None
    provider_message_id: Optional[str] = None
    replied_provider_message_id: Optional[str] = None
    role: Optional[MessageRole] = None
    order: Optional[Order] = None
    offset: Optional[Annotated[int, Field(ge=0)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None
