"""Agents: the people and the AI assistants that hold sessions."""

from datetime import datetime
from typing import Any, Literal, Mapping, Optional, Union

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator
from typing_extensions import Annotated, TypedDict

from antonnia.core.models import JsonObject, RequestModel, WireModel

from .ids import CallerId

AgentType = Literal["human", "ai"]


class HumanAgent(WireModel):
    """A person who answers contacts."""

    id: str
    organization_id: str
    name: str
    type: Literal["human"] = "human"
    profile_id: str
    created_at: datetime


class AIAgent(WireModel):
    """An assistant that answers contacts by itself."""

    id: str
    organization_id: str
    name: str
    type: Literal["ai"] = "ai"
    assistant_id: str
    created_at: datetime


class UnknownAgent(WireModel, extra="allow"):
    """An agent of a type that this version does not know; its fields are kept as they came."""

    id: str
    organization_id: str
    name: str
    type: str
    created_at: datetime

    @field_validator("type")
    @classmethod
    def _refuse_known_types(cls, value: str, info: ValidationInfo) -> str:
        # A broken agent of a known type is an error, not an unknown agent.
        if value in ("human", "ai"):
            raise ValueError(f"a field of the {value!r} agent is missing or wrong")
        return value


Agent = Annotated[
    Union[
        Annotated[Union[HumanAgent, AIAgent], Field(discriminator="type")],
        UnknownAgent,
    ],
    Field(union_mode="left_to_right"),
]

_AGENT: TypeAdapter[Any] = TypeAdapter(Agent)


def create_agent(data: Mapping[str, Any]) -> Union[HumanAgent, AIAgent, UnknownAgent]:
    """Make the agent that `data` describes: a `HumanAgent`, an `AIAgent` or an `UnknownAgent`.

    Raises:
        pydantic.ValidationError: A field is missing or wrong.
    """
    agent: Union[HumanAgent, AIAgent, UnknownAgent] = _AGENT.validate_python(dict(data))
    return agent


class AgentUpdateFields(TypedDict, total=False):
    """The fields of an agent that can change."""

    name: str
    assistant_id: str
    profile_id: str


Name = Annotated[str, Field(min_length=1, max_length=255)]


_IDENTITY: JsonObject = {"type": "string"}
_NOTHING: JsonObject = {"type": "null"}
_EITHER: JsonObject = {
    "oneOf": [
        {
            "properties": {
                "type": {"const": "ai"},
                "assistant_id": _IDENTITY,
                "profile_id": _NOTHING,
            },
            "required": ["assistant_id"],
        },
        {
            "properties": {
                "type": {"const": "human"},
                "profile_id": _IDENTITY,
                "assistant_id": _NOTHING,
            },
            "required": ["profile_id"],
        },
    ]
}


class AgentCreate(RequestModel, json_schema_extra=_EITHER):
    """The body of `POST /agents`: an AI agent has an assistant, a human agent a profile."""

    name: Name
    type: AgentType
    assistant_id: Optional[CallerId] = None
    profile_id: Optional[CallerId] = None


class AgentFields(RequestModel):
    """The `fields` of `PATCH /agents/{id}`."""

    name: Optional[Name] = None
    assistant_id: Optional[CallerId] = None
    profile_id: Optional[CallerId] = None


class AgentUpdate(RequestModel):
    """The body of `PATCH /agents/{id}`."""

    fields: AgentFields


class AgentSearch(RequestModel):
    """The body of `POST /agents/search`."""

    type: Optional[AgentType] = None
    assistant_id: Optional[str] = None
    profile_id: Optional[str] = None
    offset: Optional[Annotated[int, Field(ge=0)]] = None
    limit: Optional[Annotated[int, Field(ge=1, le=1000)]] = None
    cursor: Optional[str] = None
