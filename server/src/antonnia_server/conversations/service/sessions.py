"""Sessions: made, read, and the guards that every change of one passes."""

from __future__ import annotations

from typing import Literal

from antonnia.conversations.types import Session, SessionCreate, SessionSearch
from antonnia_server import ids
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of
from antonnia_server.http.pagination import Listing, window

from .. import metadata, wire
from ..errors import AgentNotFound, EpochChanged, SessionClosed, SessionNotFound
from ..storage import agents as agent_storage
from ..storage import search as search_storage
from ..storage import sessions as storage
from ..storage.sessions import SessionRow
from .sealing import seal_when_due

CHANNEL_TYPE = "api"
CHANNEL_ID = "default"


def create_session(tx: Transaction, caller: Caller, body: SessionCreate) -> Session:
    """Begin a session in the contact's conversation, which is made if it is the first."""
    stored_metadata = body.metadata or {}
    metadata.refuse_oversized(stored_metadata, ("body", "metadata"))
    if body.agent_id is None:
        agent = agent_storage.find_default_agent_to_hold(tx, caller)
    else:
        agent = agent_storage.find_agent_to_hold(tx, caller, body.agent_id)
        if agent is None:
            raise AgentNotFound(body.agent_id)

    session_id = ids.new("sess")
    row = SessionRow(
        id=session_id,
        organization_id=caller.organization_id,
        conversation_id=_current_conversation(tx, caller, body.contact_id, session_id),
        contact_id=body.contact_id,
        contact_name=body.contact_name,
        thread_id=None,
        status=body.status,
        ending_survey_submission_id=None,
        metadata=stored_metadata,
        epoch=1,
        last_position=0,
        created_at=tx.now,
        updated_at=None,
        closed_at=tx.now if body.status == "closed" else None,
        agent_id=None,
    ).held_by(agent)
    storage.create_session(tx, caller, row)
    seal_when_due(tx, caller, row.id)
    session = wire.session(row)
    events.publish(tx, caller, "session.created", session)
    return session


def _current_conversation(tx: Transaction, caller: Caller, contact_id: str, session_id: str) -> str:
    """The id of the contact's conversation, whose current session is now `session_id`.

    Of two that make it at the same time on PostgreSQL, one breaks the constraint and runs again.
    """
    conversation = storage.find_conversation(
        tx,
        caller,
        channel_type=CHANNEL_TYPE,
        channel_id=CHANNEL_ID,
        channel_user_id=contact_id,
    )
    if conversation is not None:
        storage.update_current_session(tx, caller, conversation.id, session_id)
        return conversation.id
    conversation_id = ids.new("conv")
    storage.create_conversation(
        tx,
        caller,
        conversation_id,
        channel_type=CHANNEL_TYPE,
        channel_id=CHANNEL_ID,
        channel_user_id=contact_id,
        contact_id=contact_id,
        current_session_id=session_id,
    )
    return conversation_id


def get_session(tx: Transaction, caller: Caller, session_id: str) -> Session:
    row = storage.find_session(tx, caller, session_id)
    if row is None:
        raise SessionNotFound(session_id)
    return wire.session(row)


def search_sessions(tx: Transaction, caller: Caller, body: SessionSearch) -> Listing[Session]:
    """Sessions from the newest to the oldest."""
    wanted = window(body, "sessions", (int, str))
    metadata.refuse_too_many(body.metadata or {})
    filters: dict[str, str | None] = {}
    if body.contact_id is not None:
        filters["contact_id"] = body.contact_id
    if body.status is not None:
        filters["status"] = body.status
    # Here null means something: the sessions that wait for a person.
    if "agent_id" in body.model_fields_set:
        filters["agent_id"] = body.agent_id
    found = search_storage.list_sessions(
        tx,
        caller,
        wanted,
        filters=filters,
        metadata=body.metadata or {},
        created_after=_moment(body, "created_after"),
        created_before=_moment(body, "created_before"),
    )
    return wanted.page(found, wire.session, lambda row: (row.created_at, row.id))


def _moment(body: SessionSearch, name: Literal["created_after", "created_before"]) -> int | None:
    value = getattr(body, name)
    return None if value is None else moment_of(value, ["body", name])


def find_session_for_update(tx: Transaction, caller: Caller, session_id: str) -> SessionRow | None:
    """The session, held until the transaction ends; for work that runs later."""
    return storage.lock_session(tx, caller, session_id)


def lock_session(tx: Transaction, caller: Caller, session_id: str) -> SessionRow:
    """The session, held until the transaction ends.

    Raises:
        SessionNotFound: There is none.
        EpochChanged: The caller decided on an epoch that has passed.
    """
    session = storage.lock_session(tx, caller, session_id)
    if session is None:
        raise SessionNotFound(session_id)
    if caller.if_epoch is not None and caller.if_epoch != session.epoch:
        raise EpochChanged(session_id, expected=caller.if_epoch, actual=session.epoch)
    return session


def lock_open_session(tx: Transaction, caller: Caller, session_id: str) -> SessionRow:
    """As `lock_session`; raises `SessionClosed` too."""
    session = lock_session(tx, caller, session_id)
    if session.status == "closed":
        raise SessionClosed(session_id)
    return session
