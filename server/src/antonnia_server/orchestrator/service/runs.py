"""Runs, in which an assistant answers a session: how one begins, and goes on after a crash.

A run is a ledger of steps. Each step's result is committed before the next begins, so a run that
is begun again after a crash reads the finished ones and repeats nothing. How a run ends is in
`endings`.
"""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from antonnia_server import ids
from antonnia_server.conversations import service as conversations
from antonnia_server.conversations.service import MessageRow, SessionRow
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job

from ..storage import assistants as assistant_storage
from ..storage import runs as storage
from ..storage.assistants import AssistantRow
from ..storage.runs import RunRow, StepRow, ThreadRow
from .endings import FAILURE_TEXT, hand_off, reason_for_silence, stay_silent
from .suggestions import Choice, Offer, find_offer, read_choice

logger = logging.getLogger("antonnia.orchestrator")


class Begun(NamedTuple):
    """A run to go on with: who answers, what was asked, and the steps that are done already."""

    run: RunRow
    assistant: AssistantRow
    question: str
    steps: list[StepRow]
    # What was suggested before this question, and what the contact chose of it.
    offer: Offer | None
    choice: Choice | None


def begin_run(tx: Transaction, caller: Caller, job: Job) -> Begun | None:
    """Look at the session again and begin a run, or go on with the one that a crash left.

    None if there is nothing to answer; the reply window then says why.
    """
    session_id: str = job.arguments["session_id"]
    session = conversations.find_session_for_update(tx, caller, session_id)
    silence = reason_for_silence(session)
    if session is None or silence is not None:
        stay_silent(tx, caller, job, silence or "session_not_found")
        return None
    thread = storage.find_session_thread(tx, caller, session_id)
    if thread is None:
        thread = storage.create_session_thread(tx, caller, ids.new("thread"), session_id)
    unanswered = conversations.list_user_messages_after(
        tx, caller, session_id, thread.answered_position
    )
    if not unanswered:
        stay_silent(tx, caller, job, "nothing_unanswered")
        return None
    assert session.agent_assistant_id is not None, "an AI agent has an assistant"
    assistant = assistant_storage.find_assistant(tx, caller, session.agent_assistant_id)
    run = _resume_run(tx, caller, job, assistant, unanswered)
    if assistant is None:
        missing = session.agent_assistant_id
        logger.warning("request %s: there is no assistant %s", caller.request_id, missing)
        hand_off(tx, caller, job, session, FAILURE_TEXT, "assistant_not_found", run_id=None)
        return None
    if run is None:
        run = _create_run(tx, caller, job, session, thread, assistant, unanswered)
    asked = [message for message in unanswered if message.position <= run.input_position]
    steps = storage.list_steps(tx, caller, run.id)
    offer = find_offer(tx, caller, session, thread)
    choice = None if offer is None else read_choice(offer, asked)
    return Begun(run, assistant, _question(asked), steps, offer, choice)


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


def _question(messages: list[MessageRow]) -> str:
    """The words of the contact: what was written, and what was said where that is known."""
    texts = (
        message.content.get("text") or message.content.get("transcript") for message in messages
    )
    return "\n".join(text for text in texts if text)
