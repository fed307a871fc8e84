"""Assistants: what answers for an AI agent, and from what."""

from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel

from .texts import Limit, Name, Offset

AssistantEngine = Literal["flow", "knowledge", "llm", "hybrid"]
KnowledgeIds = Annotated[List[str], Field(max_length=20)]
Description = Annotated[str, Field(max_length=4096)]


class Assistant(WireModel):
    """Who answers; `version` grows with every change."""

    id: str
    organization_id: str
    name: str
    description: Optional[str] = None
    engine: Union[AssistantEngine, str]
    model: Optional[str] = None
    instructions: Optional[str] = None
    tools: List[Any]
    knowledge_ids: List[str]
    flow_id: Optional[str] = None
    limits: Dict[str, Any]
    fallback: Dict[str, Any]
    version: int
    metadata: Dict[str, Any]
    created_at: datetime
    updated_at: Optional[datetime] = None


class AssistantCreate(RequestModel):
    """The body of `POST /assistants`."""

    name: Name
    description: Optional[Description] = None
    engine: Literal["knowledge"] = "knowledge"
    knowledge_ids: Optional[KnowledgeIds] = None


class AssistantUpdate(RequestModel):
    """The body of `PATCH /assistants/{id}`; a null `description` takes it away."""

    name: Optional[Name] = None
    description: Optional[Description] = None
    knowledge_ids: Optional[KnowledgeIds] = None


class AssistantSearch(RequestModel):
    """The body of `POST /assistants/search`."""

    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
