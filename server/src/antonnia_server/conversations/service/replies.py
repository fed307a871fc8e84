"""Replies: the wait until an AI agent answers, and how each wait ends."""

from __future__ import annotations

from typing import Literal

from antonnia.conversations.types import Session, SessionReply
from antonnia_server import jobs
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import wire
from ..errors import AgentNotAI, NoAgent
from ..storage import windows as storage
from ..storage.sessions import SessionRow
from .sessions import lock_open_session

# Whoever answers registers a handler of this name; conversations never calls them.
ANSWER_SESSION = "answer_session"
MAX_WAIT_SECONDS = 60

Outcome = Literal["answer", "suggestion", "hand_off", "silence"]


def reply_to_session(
    tx: Transaction, caller: Caller, session_id: str, body: SessionReply
) -> Session:
    """Have the session's AI agent answer, when the contact has stopped writing."""
    session = lock_open_session(tx, caller, session_id)
    if session.agent_id is None:
        raise NoAgent(session_id)
    if session.agent_type != "ai":
        raise AgentNotAI(session_id)
    open_window(tx, caller, session, debounce_seconds=body.debounce_time)
    return wire.session(session)


def open_window(
    tx: Transaction, caller: Caller, session: SessionRow, *, debounce_seconds: float
) -> None:
    """Schedule the answer; a call within the wait moves the one that is scheduled.

    Counted from the last call, and at most a minute after the first.
    """
    job = jobs.schedule(
        tx,
        caller,
        ANSWER_SESSION,
        {"session_id": session.id},
        due_at=tx.now + round(debounce_seconds * SECOND),
        dedupe_key=session.id,
        lock_key=session.id,
        at_most_after=MAX_WAIT_SECONDS * SECOND,
    )
    if job.is_new:
        storage.create_window(tx, caller, session.id, job.id, due_at=job.due_at)
    else:
        storage.move_window(tx, caller, session.id, job.id, due_at=job.due_at)


def close_window(
    tx: Transaction,
    caller: Caller,
    session_id: str,
    window_id: str,
    outcome: Outcome,
    *,
    reason: str | None = None,
    run_id: str | None = None,
) -> None:
    """Record how a window ended. A window ends once; a second ending is a bug."""
    closed = storage.close_window(
        tx, caller, session_id, window_id, outcome=outcome, reason=reason, run_id=run_id
    )
    assert closed, f"reply window {window_id} has ended already"
