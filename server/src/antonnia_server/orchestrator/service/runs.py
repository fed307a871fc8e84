"""Runs, in which an assistant answers a session.

A run is a ledger of steps. Each step's result is committed before the next begins, so a run that
is begun again after a crash reads the finished ones and repeats nothing. The last unit of work
posts the answer, writes its step, ends the run and the reply window, and deletes the job: all of
it, or, if the session's epoch has moved since the run began, none.
"""

from __future__ import annotations

import logging
from typing import Any, Literal, NamedTuple

from antonnia_server import ids, jobs
from antonnia_server.conversations import service as conversations
from antonnia_server.conversations.service import MessageRow, SessionRow
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job

from ..storage import assistants as assistant_storage
from ..storage import runs as storage
from ..storage.assistants import AssistantRow
from ..storage.runs import RunRow, StepRow, ThreadRow

logger = logging.getLogger("antonnia.orchestrator")

HAND_OFF_TEXT = (
    "I do not know the answer to that, so I am handing you over to a person, "
    "who will answer you here."
)
FAILURE_TEXT = (
    "Something went wrong on our side, so I am handing you over to a person, "
    "who will answer you here."
)


class Begun(NamedTuple):
    """A run to go on with: who answers, what was asked, and the steps that are done already."""

    run: RunRow
    assistant: AssistantRow
    question: str
    steps: list[StepRow]


class Proposal(NamedTuple):
    """What a run wants to say, and whether a person takes over after it."""

    outcome: Literal["answer", "hand_off"]
    text: str
    reason: str | None = None
    citations: tuple[dict[str, Any], ...] = ()


def begin_run(tx: Transaction, caller: Caller, job: Job) -> Begun | None:
    """Look at the session again and begin a run, or go on with the one that a crash left.

    None if there is nothing to answer; the reply window then says why.
    """
    session_id: str = job.arguments["session_id"]
    session = conversations.find_session_for_update(tx, caller, session_id)
    silence = _reason_for_silence(session)
    if session is None or silence is not None:
        _stay_silent(tx, caller, job, silence or "session_not_found")
        return None
    thread = storage.find_session_thread(tx, caller, session_id)
    if thread is None:
        thread = storage.create_session_thread(tx, caller, ids.new("thread"), session_id)
    unanswered = conversations.list_user_messages_after(
        tx, caller, session_id, thread.answered_position
    )
    if not unanswered:
        _stay_silent(tx, caller, job, "nothing_unanswered")
        return None
    assert session.agent_assistant_id is not None, "an AI agent has an assistant"
    assistant = assistant_storage.find_assistant(tx, caller, session.agent_assistant_id)
    run = _resume_run(tx, caller, job, assistant, unanswered)
    if assistant is None:
        missing = session.agent_assistant_id
        logger.warning("request %s: there is no assistant %s", caller.request_id, missing)
        _hand_off(tx, caller, job, session, FAILURE_TEXT, "assistant_not_found", run_id=None)
        return None
    if run is None:
        run = _create_run(tx, caller, job, session, thread, assistant, unanswered)
    asked = [message for message in unanswered if message.position <= run.input_position]
    return Begun(run, assistant, _question(asked), storage.list_steps(tx, caller, run.id))


def _resume_run(
    tx: Transaction,
    caller: Caller,
    job: Job,
    assistant: AssistantRow | None,
    unanswered: list[MessageRow],
) -> RunRow | None:
    """The run that a crash or a failure left, or None; one that is overtaken is ended."""
    run = storage.find_unfinished_run(tx, caller, job.id)
    if run is None:
        return None
    if assistant is None or assistant.id != run.assistant_id:
        reason = "assistant_changed"
    elif unanswered[0].position > run.input_position:
        # While this one waited for its next attempt, another run answered what it was to answer.
        reason = "answered"
    else:
        return run
    storage.finish_run(tx, caller, run.id, status="cancelled", error={"code": reason})
    return None


def _create_run(
    tx: Transaction,
    caller: Caller,
    job: Job,
    session: SessionRow,
    thread: ThreadRow,
    assistant: AssistantRow,
    unanswered: list[MessageRow],
) -> RunRow:
    run = RunRow(
        id=ids.new("run"),
        thread_id=thread.id,
        assistant_id=assistant.id,
        assistant_version=assistant.version,
        status="in_progress",
        job_id=job.id,
        epoch=session.epoch,
        input_position=unanswered[-1].position,
        attempt=job.attempts,
        started_at=tx.now,
    )
    storage.create_run(tx, caller, run, trigger="reply")
    return run


def complete_step(
    tx: Transaction,
    caller: Caller,
    job: Job,
    run: RunRow,
    *,
    index: int,
    type: str,
    input: dict[str, Any],
    output: dict[str, Any],
) -> None:
    """Write what a step produced, before the next one begins."""
    storage.create_step(
        tx,
        caller,
        ids.new("step"),
        run_id=run.id,
        index=index,
        type=type,
        input=input,
        output=output,
        citations=None,
    )


def finish_run(
    tx: Transaction, caller: Caller, job: Job, run: RunRow, index: int, proposal: Proposal
) -> None:
    """Say what the run proposes, unless the session has changed hands or state meanwhile."""
    session = conversations.find_session_for_update(tx, caller, job.arguments["session_id"])
    silence = _reason_for_silence(session)
    if session is None or session.epoch != run.epoch:
        storage.finish_run(tx, caller, run.id, status="cancelled", error={"code": "epoch_changed"})
        if silence is None:
            # Still with an AI agent: what it decides now is decided on the session of now.
            jobs.postpone(tx, job, due_at=tx.now)
        else:
            _stay_silent(tx, caller, job, silence)
        return
    storage.create_step(
        tx,
        caller,
        ids.new("step"),
        run_id=run.id,
        index=index,
        type="message" if proposal.outcome == "answer" else "hand_off",
        input=None,
        output={"text": proposal.text},
        citations=list(proposal.citations),
    )
    storage.finish_run(tx, caller, run.id, status="completed", error=None)
    storage.update_answered_position(tx, caller, run.thread_id, run.input_position)
    if proposal.outcome == "hand_off":
        assert proposal.reason is not None, "a hand-off says why"
        _hand_off(tx, caller, job, session, proposal.text, proposal.reason, run_id=run.id)
        return
    conversations.post_as_agent(tx, caller, session, proposal.text, run.id)
    conversations.close_window(tx, caller, session.id, job.id, "answer", run_id=run.id)
    jobs.finish(tx, job)


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
    silence = _reason_for_silence(session)
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


def _reason_for_silence(session: SessionRow | None) -> str | None:
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


def _stay_silent(tx: Transaction, caller: Caller, job: Job, reason: str) -> None:
    unfinished = storage.find_unfinished_run(tx, caller, job.id)
    if unfinished is not None:
        storage.finish_run(tx, caller, unfinished.id, status="cancelled", error={"code": reason})
    conversations.close_window(
        tx, caller, job.arguments["session_id"], job.id, "silence", reason=reason
    )
    jobs.finish(tx, job)


def _hand_off(
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


def _question(messages: list[MessageRow]) -> str:
    """The words of the contact: what was written, and what was said where that is known."""
    texts = (
        message.content.get("text") or message.content.get("transcript") for message in messages
    )
    return "\n".join(text for text in texts if text)
