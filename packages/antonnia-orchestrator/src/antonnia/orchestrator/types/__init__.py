"""Every object and body of the orchestrator API."""

from .assistants import (
    Assistant,
    AssistantCreate,
    AssistantEngine,
    AssistantSearch,
    AssistantUpdate,
)
from .entries import EntryCreate, EntryKind, EntrySearch, EntryUpdate, KnowledgeEntry
from .gaps import Gap, GapAnswer, GapDismiss, GapOrder, GapSearch, GapStatus
from .knowledge import (
    Knowledge,
    KnowledgeCreate,
    KnowledgeDecide,
    KnowledgeList,
    KnowledgeMatch,
    KnowledgeSearch,
    KnowledgeUpdate,
    Outcome,
    Verdict,
)
from .runs import Citation, Run, RunStatus, RunStep, StepStatus, StepType

__all__ = [
    "Assistant",
    "AssistantCreate",
    "AssistantEngine",
    "AssistantSearch",
    "AssistantUpdate",
    "Citation",
    "EntryCreate",
    "EntryKind",
    "EntrySearch",
    "EntryUpdate",
    "Gap",
    "GapAnswer",
    "GapDismiss",
    "GapOrder",
    "GapSearch",
    "GapStatus",
    "Knowledge",
    "KnowledgeCreate",
    "KnowledgeDecide",
    "KnowledgeEntry",
    "KnowledgeList",
    "KnowledgeMatch",
    "KnowledgeSearch",
    "KnowledgeUpdate",
    "Outcome",
    "Run",
    "RunStatus",
    "RunStep",
    "StepStatus",
    "StepType",
    "Verdict",
]
