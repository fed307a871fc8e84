"""From rows to wire objects."""

from __future__ import annotations

from antonnia.orchestrator.types import (
    Assistant,
    Citation,
    Gap,
    Knowledge,
    KnowledgeEntry,
    KnowledgeMatch,
    Run,
    RunStep,
)
from antonnia.orchestrator.types import Verdict as WireVerdict
from antonnia_server.clock import to_datetime, to_optional_datetime
from antonnia_server.http.caller import Caller

from .knowledge.retrieval import Match
from .knowledge.service import BaseRow, EntryRow
from .knowledge.verdict import Verdict
from .storage.assistants import AssistantRow
from .storage.gaps import GapRow
from .storage.runs import StoredRun, StoredStep


def knowledge(caller: Caller, row: BaseRow) -> Knowledge:
    return Knowledge(
        id=row.id,
        organization_id=caller.organization_id,
        name=row.name,
        entries=row.entry_count,
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
    )


def entry(caller: Caller, knowledge_id: str, row: EntryRow) -> KnowledgeEntry:
    return KnowledgeEntry(
        id=row.id,
        organization_id=caller.organization_id,
        knowledge_id=knowledge_id,
        kind=row.kind,
        title=row.title,
        phrasings=[*row.phrasings, *row.added_phrasings],
        text=row.text,
        source=row.source,
        file_name=row.file_name or None,
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
    )


def match(found: Match) -> KnowledgeMatch:
    return KnowledgeMatch(
        knowledge_id=found.knowledge_id,
        entry_id=found.entry_id,
        title=found.title,
        text=found.text,
        source=found.source,
        confidence=found.confidence,
    )


def verdict(found: Verdict) -> WireVerdict:
    return WireVerdict(
        outcome=found.outcome,
        confidence=found.confidence,
        matches=[match(each) for each in found.matches],
    )


def gap(row: GapRow) -> Gap:
    return Gap(
        id=row.id,
        organization_id=row.organization_id,
        knowledge_id=row.knowledge_id,
        question=row.question,
        times_asked=row.times_asked,
        session_id=row.session_id,
        run_id=row.run_id,
        status=row.status,
        entry_id=row.entry_id,
        created_at=to_datetime(row.created_at),
        last_asked_at=to_datetime(row.last_asked_at),
    )


def run(row: StoredRun) -> Run:
    return Run.model_validate(
        {
            **row._asdict(),
            "due_at": to_optional_datetime(row.due_at),
            "started_at": to_optional_datetime(row.started_at),
            "finished_at": to_optional_datetime(row.finished_at),
            "created_at": to_datetime(row.created_at),
        }
    )


def step(row: StoredStep) -> RunStep:
    citations = row.citations
    return RunStep(
        id=row.id,
        run_id=row.run_id,
        index=row.number,
        type=row.type,
        status=row.status,
        input=row.input,
        output=row.output,
        citations=None if citations is None else [Citation(**each) for each in citations],
        usage=row.usage,
    )


def assistant(row: AssistantRow) -> Assistant:
    return Assistant.model_validate(
        {
            **row._asdict(),
            "created_at": to_datetime(row.created_at),
            "updated_at": to_optional_datetime(row.updated_at),
        }
    )
