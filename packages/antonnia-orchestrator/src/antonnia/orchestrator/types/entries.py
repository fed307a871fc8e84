"""The entries of a knowledge base."""

from datetime import datetime
from typing import List, Literal, Optional, Union

from pydantic import Field
from typing_extensions import Annotated

from antonnia.core.models import RequestModel, WireModel

from .texts import AnswerText, Limit, Offset, Phrasing, Source, Title

EntryKind = Literal["article", "question"]
Phrasings = Annotated[List[Phrasing], Field(max_length=100)]


class KnowledgeEntry(WireModel):
    """An article, or a question with its answer.

    Contacts are answered with `text` as it stands. `phrasings` are other words for the title.
    `file_name` is the file that brought the entry, if one did; importing that file again replaces
    what was changed here.
    """

    id: str
    organization_id: str
    knowledge_id: str
    kind: Union[EntryKind, str]
    title: str
    phrasings: List[str]
    text: str
    source: str
    file_name: Optional[str] = None
    created_at: datetime
    updated_at: datetime


class EntryCreate(RequestModel):
    """The body of `POST /knowledge/{id}/entries`."""

    title: Title
    text: AnswerText
    phrasings: Optional[Phrasings] = None
    source: Optional[Source] = None


class EntryUpdate(RequestModel):
    """The body of `PATCH /knowledge/{id}/entries/{entry_id}`; `phrasings` replaces them all."""

    title: Optional[Title] = None
    text: Optional[AnswerText] = None
    phrasings: Optional[Phrasings] = None
    source: Optional[Source] = None


class EntrySearch(RequestModel):
    """The body of `POST /knowledge/{id}/entries/search`."""

    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None
