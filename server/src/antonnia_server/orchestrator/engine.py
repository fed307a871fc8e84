"""How an assistant comes to its answer.

The `knowledge` engine takes one step before it speaks: it looks the question up, or, after a
suggestion, what the contact chose. What was found is committed to the ledger before anything is
said, so that a run that is begun again says the same.
"""

from __future__ import annotations

from typing import Any

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import RunningJob

from . import service
from .knowledge import service as knowledge
from .knowledge.errors import EntryNotFound, KnowledgeNotFound
from .knowledge.retrieval import Match
from .knowledge.verdict import is_small_talk
from .service import HAND_OFF_TEXT, PERSON_TEXT, Begun, Proposal, Settled, Unanswered

# The index of the step that speaks, after those below.
STEPS = 1
_RETRIEVAL = 0

_NOT_KNOWN = "below_confidence"
_ASKED_FOR = "asked_for_person"
_GONE = "suggestion_gone"


async def propose(job: RunningJob, begun: Begun) -> Proposal:
    """What the assistant wants to say to the contact."""
    found = await _retrieve(job, begun)
    matches: list[dict[str, Any]] = found["matches"]
    citations = tuple(_citation(match) for match in matches)
    unanswered = Unanswered(begun.assistant.knowledge_ids, begun.question)
    if found["outcome"] == "suggestion":
        text = service.suggestion_text([match["title"] for match in matches])
        return Proposal(
            "suggestion", text, citations=citations, offered=citations, unanswered=unanswered
        )
    if found["outcome"] == "hand_off":
        reason: str = found["reason"]
        text = PERSON_TEXT if reason == _ASKED_FOR else HAND_OFF_TEXT
        is_gap = reason == _NOT_KNOWN
        return Proposal("hand_off", text, reason, unanswered=unanswered if is_gap else None)
    if not matches:
        return Proposal("answer", service.SMALL_TALK_TEXT)
    text = f"{matches[0]['text']}\n\nSource: {matches[0]['source']}"
    return Proposal("answer", text, citations=citations, settled=_settled(begun, matches[0]))


async def _retrieve(job: RunningJob, begun: Begun) -> dict[str, Any]:
    """What was found and what follows from it, from the ledger if the step is done already."""
    for step in begun.steps:
        if step.number == _RETRIEVAL:
            assert step.output is not None, "a completed retrieval has an output"
            return step.output
    if begun.choice is None:
        asked: dict[str, Any] = {"question": begun.question}
        found = await job.read(_look_up, begun)
    else:
        asked = {"chosen": begun.choice.match}
        found = await job.read(_look_up_choice, begun.choice.match)
    await job.write(
        service.complete_step,
        begun.run,
        index=_RETRIEVAL,
        type="retrieval",
        input=asked,
        output=found,
    )
    return found


def _look_up(tx: Transaction, caller: Caller, begun: Begun) -> dict[str, Any]:
    """Ask the knowledge. Who was offered suggestions and asks on is not offered others."""
    if not begun.question:
        return _found("hand_off", reason=_NOT_KNOWN)
    verdict = knowledge.decide(tx, caller, begun.assistant.knowledge_ids, begun.question)
    if verdict.outcome == "hand_off" and is_small_talk(begun.question):
        return _found("answer")
    if verdict.outcome == "hand_off" or (verdict.outcome == "suggestion" and begun.offer):
        return _found("hand_off", reason=_NOT_KNOWN, confidence=verdict.confidence)
    matches = [_as_json(match) for match in verdict.matches]
    return _found(verdict.outcome, matches, confidence=verdict.confidence)


def _look_up_choice(
    tx: Transaction, caller: Caller, chosen: dict[str, Any] | None
) -> dict[str, Any]:
    """The entry that the contact chose, as it reads now; or a person."""
    if chosen is None:
        return _found("hand_off", reason=_ASKED_FOR)
    try:
        entry = knowledge.get_entry(tx, caller, chosen["knowledge_id"], chosen["entry_id"])
    except (KnowledgeNotFound, EntryNotFound):
        return _found("hand_off", reason=_GONE)
    return _found(
        "answer",
        [{**chosen, "title": entry.title, "source": entry.source, "text": entry.text}],
    )


def _found(
    outcome: str,
    matches: list[dict[str, Any]] | None = None,
    *,
    reason: str | None = None,
    confidence: float | None = None,
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "reason": reason,
        "confidence": confidence,
        "matches": matches or [],
    }


def _settled(begun: Begun, match: dict[str, Any]) -> Settled | None:
    """The gap that a choice closes."""
    if begun.choice is None or begun.offer is None or begun.offer.gap is None:
        return None
    return Settled(begun.offer.gap, match["entry_id"])


def _as_json(match: Match) -> dict[str, Any]:
    return {
        "knowledge_id": match.knowledge_id,
        "entry_id": match.entry_id,
        "title": match.title,
        "text": match.text,
        "source": match.source,
        "confidence": match.confidence,
    }


def _citation(match: dict[str, Any]) -> dict[str, Any]:
    return {key: match[key] for key in ("knowledge_id", "entry_id", "title", "source")}
