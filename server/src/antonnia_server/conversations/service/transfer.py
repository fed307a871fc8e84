"""Transfer: a session changes hands."""

from __future__ import annotations

from antonnia.conversations.types import Session, SessionTransfer
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller

from .. import wire
from ..errors import AgentNotFound
from ..storage import agents as agent_storage
from ..storage import sessions as storage
from ..storage.agents import AgentRow
from ..storage.sessions import SessionRow
from .replies import open_window
from .sessions import lock_open_session


def transfer_session(
    tx: Transaction, caller: Caller, session_id: str, body: SessionTransfer
) -> Session:
    """Give the session to another agent and announce it, in one transaction.

    The row is locked first: two transfers at once would otherwise both read the old agent and
    announce the same hand-over twice.
    """
    session = lock_open_session(tx, caller, session_id)
    agent = find_agent_to_hold(tx, caller, body.agent_id)
    if session.agent_id != body.agent_id:
        session = give_to(tx, caller, session, agent)
    if body.auto_reply and session.agent_type == "ai":
        open_window(tx, caller, session, debounce_seconds=0)
    return wire.session(session)


def hand_off(tx: Transaction, caller: Caller, session: SessionRow) -> SessionRow:
    """Take an AI agent off a session that it cannot help, so that a person can take it."""
    return give_to(tx, caller, session, None)


def find_agent_to_hold(tx: Transaction, caller: Caller, agent_id: str | None) -> AgentRow | None:
    """The agent of that id; None only for None."""
    if agent_id is None:
        return None
    agent = agent_storage.find_agent_to_hold(tx, caller, agent_id)
    if agent is None:
        raise AgentNotFound(agent_id)
    return agent


def give_to(
    tx: Transaction, caller: Caller, session: SessionRow, agent: AgentRow | None
) -> SessionRow:
    """Write that `agent` holds the session now, and announce it."""
    given = session.held_by(agent)._replace(epoch=session.epoch + 1, updated_at=tx.now)
    storage.update_session(tx, caller, session, given)
    events.publish(tx, caller, "session.transferred", wire.session(given))
    return given
