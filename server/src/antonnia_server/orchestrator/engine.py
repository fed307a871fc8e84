"""How an assistant comes to its answer.

The `knowledge` engine takes one step before it speaks: it looks the question up. What was found is
committed to the ledger before anything is said, so that a run that is begun again says the same.
"""

from __future__ import annotations

from typing import Any

from antonnia_server.jobs import RunningJob

from . import service
from .knowledge import service as knowledge
from .knowledge.retrieval import Match
from .service import HAND_OFF_TEXT, Begun, Proposal

# The index of the step that speaks, after those below.
STEPS = 1
_RETRIEVAL = 0


async def propose(job: RunningJob, begun: Begun) -> Proposal:
    """What the assistant wants to say to the contact."""
    found = await _retrieve(job, begun)
    if found is None:
        return Proposal("hand_off", HAND_OFF_TEXT, reason="below_confidence")
    citation = {key: found[key] for key in ("knowledge_id", "entry_id", "title", "source")}
    text = f"{found['text']}\n\nSource: {found['source']}"
    return Proposal("answer", text, citations=(citation,))


async def _retrieve(job: RunningJob, begun: Begun) -> dict[str, Any] | None:
    """The entry to answer with, from the ledger if the step is done already."""
    for step in begun.steps:
        if step.number == _RETRIEVAL:
            assert step.output is not None, "a completed retrieval has an output"
            return step.output["match"]  # type: ignore[no-any-return]  # JSON of our own
    match: Match | None = None
    if begun.question:
        verdict = await job.read(knowledge.decide, begun.assistant.knowledge_ids, begun.question)
        match = verdict.matches[0] if verdict.outcome == "answer" else None
    found = None if match is None else _as_json(match)
    await job.write(
        service.complete_step,
        begun.run,
        index=_RETRIEVAL,
        type="retrieval",
        input={"question": begun.question},
        output={"match": found},
    )
    return found


def _as_json(match: Match) -> dict[str, Any]:
    return {
        "knowledge_id": match.knowledge_id,
        "entry_id": match.entry_id,
        "title": match.title,
        "text": match.text,
        "source": match.source,
        "confidence": match.confidence,
    }
