"""Runs: how an assistant came to what it said."""

from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Union

from antonnia.core.models import WireModel

RunStatus = Literal[
    "scheduled",
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "completed",
    "incomplete",
    "failed",
    "expired",
]
StepType = Literal["model", "tool", "retrieval", "node", "message", "hand_off"]
StepStatus = Literal["started", "completed", "failed", "cancelled", "unknown"]


class Run(WireModel):
    """One attempt of an assistant to answer.

    `input_position` is the newest message that it took in. `last_error` says why a run was
    cancelled or failed.
    """

    id: str
    organization_id: str
    thread_id: str
    assistant_id: str
    assistant_version: int
    status: Union[RunStatus, str]
    trigger: str
    input_position: Optional[int] = None
    required_action: Optional[Dict[str, Any]] = None
    last_error: Optional[Dict[str, Any]] = None
    usage: Optional[Dict[str, Any]] = None
    attempt: int
    due_at: Optional[datetime] = None
    started_at: Optional[datetime] = None
    finished_at: Optional[datetime] = None
    created_at: datetime


class Citation(WireModel):
    """The entry that something was said from."""

    knowledge_id: str
    entry_id: str
    title: str
    source: str


class RunStep(WireModel):
    """One step of a run, in the order of `index`; what it found or said is in `output`."""

    id: str
    run_id: str
    index: int
    type: Union[StepType, str]
    status: Union[StepStatus, str]
    input: Optional[Dict[str, Any]] = None
    output: Optional[Dict[str, Any]] = None
    citations: Optional[List[Citation]] = None
    usage: Optional[Dict[str, Any]] = None
