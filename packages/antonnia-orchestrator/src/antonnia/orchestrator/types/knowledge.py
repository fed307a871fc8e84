"""Knowledge bases, and what they know of a question."""

from datetime import datetime
from typing import List, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel

from .texts import Limit, Name, Offset, Question

Outcome = Literal["answer", "suggestion", "hand_off"]


class Knowledge(WireModel):
    """A knowledge base: entries that assistants answer from."""

    id: str
    organization_id: str
    name: str
    entries: int
    created_at: datetime
    updated_at: datetime


class KnowledgeMatch(WireModel):
    """An entry that may answer a question; `confidence` is from 0 to 1."""

    knowledge_id: str
    entry_id: str
    title: str
    text: str
    source: str
    confidence: float


class Verdict(WireModel):
    """What an assistant would do with a question.

    An `answer` has the one match that is answered with, a `suggestion` up to three that are
    offered, and a `hand_off` none.
    """

    outcome: Union[Outcome, str]
    confidence: float
    matches: List[KnowledgeMatch]


class KnowledgeCreate(RequestModel):
    """The body of `POST /knowledge`."""

    name: Name


class KnowledgeUpdate(RequestModel):
    """The body of `PATCH /knowledge/{id}`."""

    name: Optional[Name] = None


class KnowledgeList(RequestModel):
    """The body of `POST /knowledge/search`."""

    name: Optional[str] = None
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None


class KnowledgeSearch(RequestModel):
    """The body of `POST /knowledge/{id}/search`."""

    question: Question
    limit: Annotated[int, Field(ge=1, le=20)] = 3


class KnowledgeDecide(RequestModel):
    """The body of `POST /knowledge/{id}/decide`."""

    question: Question
