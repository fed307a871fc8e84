"""Gaps: what contacts asked and the knowledge had no answer to."""

from datetime import datetime
from typing import Literal, Optional, Union

from antonnia.core.models import RequestModel, WireModel

from .texts import AnswerText, Limit, Offset, Title

GapStatus = Literal["open", "answered", "dismissed"]
GapOrder = Literal["most_asked", "newest"]


class Gap(WireModel):
    """A question that was not answered.

    The same question again, whoever asks, is the same gap: `times_asked` counts it, and
    `session_id` and `run_id` are those of the last time. `entry_id` is the entry that answers it
    now.
    """

    id: str
    organization_id: str
    knowledge_id: str
    question: str
    times_asked: int
    session_id: str
    run_id: str
    status: Union[GapStatus, str]
    entry_id: Optional[str] = None
    created_at: datetime
    last_asked_at: datetime


class GapSearch(RequestModel):
    """The body of `POST /knowledge/{id}/gaps/search`."""

    status: GapStatus = "open"
    order: GapOrder = "most_asked"
    offset: Optional[Offset] = None
    limit: Optional[Limit] = None
    cursor: Optional[str] = None


class GapAnswer(RequestModel):
    """The body of `POST /knowledge/{id}/gaps/{gap_id}/answer`.

    Either `text`, which makes an entry of the question (or of `title`), or `entry_id`, which adds
    the question to that entry as another phrasing.
    """

    text: Optional[AnswerText] = None
    title: Optional[Title] = None
    entry_id: Optional[str] = None


class GapDismiss(RequestModel):
    """The body of `POST /knowledge/{id}/gaps/{gap_id}/dismiss`."""
