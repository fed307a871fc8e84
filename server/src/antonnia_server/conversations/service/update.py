"""Update and finish: a session changes its fields or its state."""

from __future__ import annotations

from typing import Any

from antonnia.conversations.types import (
    Session,
    SessionFields,
    SessionFinish,
    SessionUpdate,
)
from antonnia_server.auth.service import OrganizationNotFound
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.http.refusal import invalid

from .. import metadata, wire
from ..errors import SessionClosed, SurveyNotFound
from ..json_value import is_same
from ..storage import agents as agent_storage
from ..storage import sessions as storage
from ..storage.sessions import SessionRow
from .sessions import lock_session
from .transfer import find_agent_to_hold, give_to

_PLAIN_FIELDS = ("metadata", "contact_name", "thread_id", "ending_survey_submission_id")
_NEVER_NULL = ("metadata", "contact_name", "status", "organization_id")


def update_session(
    tx: Transaction, caller: Caller, session_id: str, body: SessionUpdate
) -> Session:
    """Change fields; a new agent or status follows the rules of transfer, finish and reopen.

    Each kind of change announces itself: `session.transferred`, `session.finished`, and
    `session.updated` for everything else. A field that already has its value changes nothing.
    """
    fields = _fields_of(body)
    given = fields.model_fields_set
    session = lock_session(tx, caller, session_id)
    if "organization_id" in given and fields.organization_id != caller.organization_id:
        raise OrganizationNotFound(str(fields.organization_id))
    agent = find_agent_to_hold(tx, caller, fields.agent_id)

    changes: dict[str, Any] = {
        name: getattr(fields, name)
        for name in _PLAIN_FIELDS
        if name in given and not is_same(getattr(fields, name), getattr(session, name))
    }
    is_reopened = fields.status == "open" and session.status == "closed"
    if is_reopened:
        changes |= {"status": "open", "closed_at": None, "epoch": session.epoch + 1}
        session = _without_deleted_agent(tx, caller, session)
    if "agent_id" in given and session.status == "closed" and not is_reopened:
        raise SessionClosed(session_id)
    if changes:
        session = _write(tx, caller, session, changes)
        events.publish(tx, caller, "session.updated", wire.session(session))
    if "agent_id" in given and fields.agent_id != session.agent_id:
        session = give_to(tx, caller, session, agent)
    if fields.status == "closed" and session.status == "open":
        session = _finish(tx, caller, session)
    return wire.session(session)


def _without_deleted_agent(tx: Transaction, caller: Caller, session: SessionRow) -> SessionRow:
    """The session as it is reopened: one whose agent is gone waits for a person."""
    if session.agent_id is None:
        return session
    if agent_storage.find_agent_to_hold(tx, caller, session.agent_id) is not None:
        return session
    return session.held_by(None)


def finish_session(
    tx: Transaction, caller: Caller, session_id: str, body: SessionFinish
) -> Session:
    """Close the session; closing a closed one changes and announces nothing."""
    session = lock_session(tx, caller, session_id)
    if body.ending_survey_id is not None:
        raise SurveyNotFound(body.ending_survey_id)
    if session.status == "open":
        session = _finish(tx, caller, session)
    return wire.session(session)


def _finish(tx: Transaction, caller: Caller, session: SessionRow) -> SessionRow:
    session = _write(
        tx,
        caller,
        session,
        {"status": "closed", "closed_at": tx.now, "epoch": session.epoch + 1},
    )
    events.publish(tx, caller, "session.finished", wire.session(session))
    return session


def _write(
    tx: Transaction, caller: Caller, session: SessionRow, changes: dict[str, Any]
) -> SessionRow:
    changed = session._replace(**changes, updated_at=tx.now)
    storage.update_session(tx, caller, session, changed)
    return changed


def _fields_of(body: SessionUpdate) -> SessionFields:
    """The fields to change, whether they came under `fields` or as the older bare `metadata`."""
    if body.fields is not None and body.metadata is not None:
        raise invalid(["body", "metadata"], "belongs inside `fields` when `fields` is given")
    if body.fields is None and body.metadata is None:
        raise invalid(["body", "fields"], "is required", "missing")
    fields = SessionFields(metadata=body.metadata) if body.fields is None else body.fields
    for name in _NEVER_NULL:
        if name in fields.model_fields_set and getattr(fields, name) is None:
            raise invalid(["body", "fields", name], "cannot be null")
    if fields.metadata is not None:
        place = ("body", "metadata") if body.fields is None else ("body", "fields", "metadata")
        metadata.refuse_oversized(fields.metadata, place)
    return fields
