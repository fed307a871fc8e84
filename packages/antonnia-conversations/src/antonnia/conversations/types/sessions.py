"""Sessions between a contact and an agent, and the conversations they belong to."""

from datetime import datetime
from typing import Any, Dict, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated, TypedDict

from antonnia.core.models import JsonObject, RequestModel, WireModel
from antonnia.core.moments import Moment

from .agents import Agent
from .ids import CallerId

SessionStatus = Literal["open", "closed"]
MetadataValue = Union[str, bool, int, float, None]


class Session(WireModel):
    """A session between a contact and an agent.

    `epoch` starts at 1 and grows by one whenever the session changes hands or state or a human
    agent writes; a write given the epoch it was decided on (`if_epoch=`) is refused once that has
    moved.
    """

    id: str
    organization_id: str
    conversation_id: str
    contact_id: str
    contact_name: str
    thread_id: Optional[str] = None
    status: Union[SessionStatus, str]
    agent: Optional[Agent] = None
    ending_survey_submission_id: Optional[str] = None
    metadata: Dict[str, Any] = Field(default_factory=dict)
    epoch: int
    created_at: datetime
    updated_at: Optional[datetime] = None
    closed_at: Optional[datetime] = None


class Conversation(WireModel):
    """Everything between one contact and the organization on one channel."""

    id: str
    organization_id: str
    channel_id: str
    channel_user_id: str
    channel_type: str
    contact_id: str
    current_session_id: Optional[str] = None
    last_message_id: Optional[str] = None
    last_message_at: Optional[datetime] = None
    created_at: datetime


class SessionUpdateFields(TypedDict, total=False):
    """The fields of a session that can change. `metadata` replaces the whole object."""

    metadata: Dict[str, Any]
    status: SessionStatus
    agent_id: Optional[str]
    contact_name: str
    thread_id: Optional[str]
    ending_survey_submission_id: Optional[str]
    organization_id: str


ContactName = Annotated[str, Field(max_length=255)]


class SessionCreate(RequestModel):
    """The body of `POST /sessions`."""

    contact_id: CallerId
    contact_name: ContactName
    agent_id: Optional[str] = None
    status: SessionStatus = "open"
    metadata: Optional[JsonObject] = None


class SessionFields(RequestModel):
    """The `fields` of `PATCH /sessions/{id}`."""

    metadata: Optional[JsonObject] = None
    status: Optional[SessionStatus] = None
    agent_id: Optional[str] = None
    contact_name: Optional[ContactName] = None
    thread_id: Optional[CallerId] = None
    ending_survey_submission_id: Optional[CallerId] = None
    organization_id: Optional[str] = None


_ONE_OF_BOTH: JsonObject = {
    "oneOf": [
        {
            "properties": {"fields": {"type": "object"}, "metadata": {"type": "null"}},
            "required": ["fields"],
        },
        {
            "properties": {"fields": {"type": "null"}, "metadata": {"type": "object"}},
            "required": ["metadata"],
        },
    ]
}


class SessionUpdate(RequestModel, json_schema_extra=_ONE_OF_BOTH):
    """The body of `PATCH /sessions/{id}`: `fields`, or as older clients send it, `metadata`."""

    fields: Optional[SessionFields] = None
    metadata: Optional[JsonObject] = None


class SessionTransfer(RequestModel):
    """The body of `POST /sessions/{id}/transfer`; a null `agent_id` waits for a person."""

    # Null must be said: a forgotten field would take the agent away.
    agent_id: Optional[str]
    auto_reply: Optional[bool] = None


class SessionFinish(RequestModel):
    """The body of `POST /sessions/{id}/finish`."""

    ending_survey_id: Optional[str] = None


class SessionReply(RequestModel):
    """The body of `POST /sessions/{id}/reply`; seconds."""

    debounce_time: Annotated[float, Field(ge=0, le=60)] = 0


class SessionSearch(RequestModel):
    """The body of `POST /sessions/search`; an `agent_id` of null finds unassigned sessions."""

    contact_id: Optional[str] = None
    status: Optional[SessionStatus] = None
    agent_id: Optional[str] = None
    metadata: Optional[Dict[str, MetadataValue]] = None
    created_after: Optional[Moment] = None
    created_before: Optional[Moment] = None
    offset: Optional[Annotated[int, Field(ge=0)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None
