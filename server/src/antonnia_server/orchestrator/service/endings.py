"""How a run ends: the last unit of work.

It posts what is said, writes its step, keeps the gap, ends the run and the reply window, and
deletes the job: all of it, or, if the session's epoch has moved since the run began, none.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from antonnia_server import ids, jobs
from antonnia_server.conversations import service as conversations
from antonnia_server.conversations.service import SessionRow
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job

from ..storage import runs as storage
from ..storage.runs import RunRow
from .gaps import GapKey, record_gap, settle_gap

HAND_OFF_TEXT = (
    "I do not know the answer to that, so I am handing you over to a person, "
    "who will answer you here."
)
SMALL_TALK_TEXT = "I am here to help. What would you like to know?"
PERSON_TEXT = "I am handing you over to a person, who will answer you here."
FAILURE_TEXT = (
    "Something went wrong on our side, so I am handing you over to a person, "
    "who will answer you here."
)


class Unanswered(NamedTuple):
    """A question that the assistant's bases had no answer to."""

    knowledge_ids: list[str]
    question: str


class Settled(NamedTuple):
    """A gap whose contact has said which entry answers it."""

    gap: GapKey
    entry_id: str


class Proposal(NamedTuple):
    """What a run wants to say, whether a person takes over after it, and what it says of gaps."""

    outcome: Literal["answer", "suggestion", "hand_off"]
    text: str
    reason: str | None = None
    citations: tuple[dict[str, Any], ...] = ()
    # What a suggestion offers, in the order of its numbers.
    offered: tuple[dict[str, Any], ...] = ()
    unanswered: Unanswered | None = None
    settled: Settled | None = None


def finish_run(
    tx: Transaction, caller: Caller, job: Job, run: RunRow, index: int, proposal: Proposal
) -> None:
    """Say what the run proposes, unless the session has changed hands or state meanwhile."""
    session = conversations.find_session_for_update(tx, caller, job.arguments["session_id"])
    if session is None or session.epoch != run.epoch:
        _discard(tx, caller, job, run, session)
        return
    gap = _keep_gaps(tx, caller, session, run, proposal)
    storage.create_step(
        tx,
        caller,
        ids.new("step"),
        run_id=run.id,
        index=index,
        type="hand_off" if proposal.outcome == "hand_off" else "message",
        input=None,
        output=_spoken(session, proposal, gap),
        citations=list(proposal.citations),
    )
    storage.finish_run(tx, caller, run.id, status="completed", error=None)
    storage.update_thread(
        tx,
        caller,
        run.thread_id,
        answered_position=run.input_position,
        offered_run_id=run.id if proposal.outcome == "suggestion" else None,
    )
    if proposal.outcome == "hand_off":
        assert proposal.reason is not None, "a hand-off says why"
        hand_off(tx, caller, job, session, proposal.text, proposal.reason, run_id=run.id)
        return
    conversations.post_as_agent(tx, caller, session, proposal.text, run.id)
    conversations.close_window(tx, caller, session.id, job.id, proposal.outcome, run_id=run.id)
    jobs.finish(tx, job)


def _discard(
    tx: Transaction, caller: Caller, job: Job, run: RunRow, session: SessionRow | None
) -> None:
    storage.finish_run(tx, caller, run.id, status="cancelled", error={"code": "epoch_changed"})
    silence = reason_for_silence(session)
    if silence is None:
        # Still with an AI agent: what it decides now is decided on the session of now.
        jobs.postpone(tx, job, due_at=tx.now)
    else:
        stay_silent(tx, caller, job, silence)


def _keep_gaps(
    tx: Transaction, caller: Caller, session: SessionRow, run: RunRow, proposal: Proposal
) -> GapKey | None:
    """Keep what was not answered, and close what was; the gap that is kept."""
    if proposal.settled is not None:
        settle_gap(tx, caller, proposal.settled.gap, proposal.settled.entry_id)
    if proposal.unanswered is None:
        return None
    knowledge_ids, question = proposal.unanswered
    return record_gap(tx, caller, knowledge_ids, question, session_id=session.id, run_id=run.id)


def _spoken(session: SessionRow, proposal: Proposal, gap: GapKey | None) -> dict[str, Any]:
    """The output of the step that speaks."""
    output: dict[str, Any] = {"text": proposal.text}
    if proposal.outcome == "suggestion":
        output["offered"] = list(proposal.offered)
        output["position"] = session.last_position + 1
        output["gap"] = None if gap is None else gap._asdict()
    return output


def give_up(tx: Transaction, caller: Caller, job: Job, error: str) -> None:
    """The last attempt failed: a person takes over, so that the contact is not left waiting.

    As with an answer, nothing is said if the session's epoch has moved since the run began: a
    person has written or taken over, and speaks for themselves.
    """
    run = storage.find_unfinished_run(tx, caller, job.id)
    if run is not None:
        storage.finish_run(tx, caller, run.id, status="failed", error={"message": error})
    session_id: str = job.arguments["session_id"]
    run_id = None if run is None else run.id
    session = conversations.find_session_for_update(tx, caller, session_id)
    silence = reason_for_silence(session)
    if silence is None and session is not None and run is not None and session.epoch != run.epoch:
        silence = "epoch_changed"
    if session is None or silence is not None:
        conversations.close_window(
            tx, caller, session_id, job.id, "silence", reason=silence, run_id=run_id
        )
        return
    session = conversations.post_as_agent(tx, caller, session, FAILURE_TEXT, run_id)
    conversations.hand_off(tx, caller, session)
    conversations.close_window(
        tx, caller, session_id, job.id, "hand_off", reason="run_failed", run_id=run_id
    )


def reason_for_silence(session: SessionRow | None) -> str | None:
    """Why nothing may be said in this session now, if so."""
    if session is None:
        return "session_not_found"
    if session.status == "closed":
        return "session_closed"
    if session.agent_id is None:
        return "no_agent"
    if session.agent_type != "ai":
        return "agent_not_ai"
    return None


def stay_silent(tx: Transaction, caller: Caller, job: Job, reason: str) -> None:
    unfinished = storage.find_unfinished_run(tx, caller, job.id)
    if unfinished is not None:
        storage.finish_run(tx, caller, unfinished.id, status="cancelled", error={"code": reason})
    conversations.close_window(
        tx, caller, job.arguments["session_id"], job.id, "silence", reason=reason
    )
    jobs.finish(tx, job)


def hand_off(
    tx: Transaction,
    caller: Caller,
    job: Job,
    session: SessionRow,
    text: str,
    reason: str,
    *,
    run_id: str | None,
) -> None:
    session = conversations.post_as_agent(tx, caller, session, text, run_id)
    conversations.hand_off(tx, caller, session)
    conversations.close_window(
        tx, caller, session.id, job.id, "hand_off", reason=reason, run_id=run_id
    )
    jobs.finish(tx, job)
