"""How an answer came about, in words: what was asked, what was found, what was nearly found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from antonnia.orchestrator import SyncOrchestrator
from antonnia.orchestrator.exceptions import NotFoundError
from antonnia.orchestrator.types import KnowledgeMatch, RunStep

from .shown import printable

MAX_NEAR_MISSES = 3
# What may be asked again. A run answers all messages that wait, which may be more together.
MAX_ASKED_CHARACTERS = 65_536

_FOUND = {"answer": "It was answered with:", "suggestion": "These were suggested:"}
_REASONS = {
    "below_confidence": "nothing that is known is near enough",
    "asked_for_person": "that was asked for",
    "suggestion_gone": "what was chosen is gone",
}
# Steps that say what the retrieval before them found.
_SPEAKING = {"message", "hand_off"}


class Why(NamedTuple):
    """The steps of a run, and what is nearest to its question besides what it found."""

    steps: list[RunStep]
    # As of now: the ledger has only what was found. None if the knowledge itself is gone.
    near_misses: list[KnowledgeMatch] | None


def read_why(orchestrator: SyncOrchestrator, run_id: str) -> Why:
    """Read the ledger of the run, and ask the knowledge of its assistant once more."""
    steps = orchestrator.runs.list_steps(run_id)
    question, found = _asked_and_found(steps)
    if not question:
        return Why(steps, [])
    try:
        assistant = orchestrator.assistants.get(orchestrator.runs.get(run_id).assistant_id)
        near = [
            match
            for knowledge_id in assistant.knowledge_ids
            for match in orchestrator.knowledge.search_matches(
                knowledge_id, question[:MAX_ASKED_CHARACTERS], MAX_NEAR_MISSES + len(found)
            )
            if match.entry_id not in found
        ]
    except NotFoundError:
        return Why(steps, None)
    return Why(steps, sorted(near, key=lambda match: -match.confidence)[:MAX_NEAR_MISSES])


def why_lines(why: Why) -> Iterator[str]:
    """What a person reads of it."""
    for step in why.steps:
        if step.type == "retrieval":
            yield from _retrieval_lines(step.input or {}, step.output or {})
        elif step.type not in _SPEAKING:
            yield f"Then: {step.type}, {step.status}."
    question, _ = _asked_and_found(why.steps)
    if why.near_misses is None:
        yield "What it answered from is gone."
    elif why.near_misses:
        yield "Near misses, as of now:"
        for match in why.near_misses:
            yield _match_line(match.title, match.source, match.confidence)
    elif question:
        yield "Nothing else comes near."


def _retrieval_lines(asked: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    yield _asked_line(asked)
    matches: list[dict[str, Any]] = found.get("matches", [])
    outcome = found.get("outcome")
    if outcome == "hand_off":
        reason = str(found.get("reason"))
        yield f"It was handed to a person: {_REASONS.get(reason, reason)}."
        if found.get("confidence") is not None:
            yield f"The best confidence was {found['confidence']:.2f}."
    elif not matches:
        yield "It was small talk, which needs no knowledge."
    else:
        yield _FOUND.get(str(outcome), f"It came to {outcome}:")
    for match in matches:
        yield _match_line(match["title"], match["source"], match.get("confidence"))


def _asked_line(asked: dict[str, Any]) -> str:
    if asked.get("question"):
        return f"Asked: {printable(asked['question'])}"
    if "chosen" in asked:
        chosen = asked["chosen"]
        return f"Chosen: {printable(chosen['title']) if chosen else 'a person'}"
    return "Asked: nothing in words."


def _match_line(title: str, source: str, confidence: float | None) -> str:
    line = f"  {printable(title)} ({printable(source)})"
    return line if confidence is None else f"{line}, confidence {confidence:.2f}"


def _asked_and_found(steps: list[RunStep]) -> tuple[str, set[str]]:
    """The question of a run, empty if there was none, and the entries that it found."""
    for step in steps:
        if step.type == "retrieval":
            matches: list[dict[str, Any]] = (step.output or {}).get("matches", [])
            question = str((step.input or {}).get("question", "")).strip()
            return question, {match["entry_id"] for match in matches}
    return "", set()
