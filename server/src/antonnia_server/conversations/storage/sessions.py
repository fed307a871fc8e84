"""The SQL of sessions and of the conversations they belong to."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import agents, conversations, sessions
from . import metadata_rows
from .agents import AgentRow


class SessionRow(NamedTuple):
    """A session with the agent that holds it."""

    id: str
    organization_id: str
    conversation_id: str
    contact_id: str
    contact_name: str
    thread_id: str | None
    status: str
    ending_survey_submission_id: str | None
    metadata: dict[str, Any]
    epoch: int
    last_position: int
    created_at: int
    updated_at: int | None
    closed_at: int | None
    agent_id: str | None
    agent_name: str | None = None
    agent_type: str | None = None
    agent_profile_id: str | None = None
    agent_assistant_id: str | None = None
    agent_created_at: int | None = None

    def held_by(self, agent: AgentRow | None) -> SessionRow:
        """This session as it is when `agent` holds it."""
        if agent is None:
            return self._replace(
                agent_id=None,
                agent_name=None,
                agent_type=None,
                agent_profile_id=None,
                agent_assistant_id=None,
                agent_created_at=None,
            )
        return self._replace(
            agent_id=agent.id,
            agent_name=agent.name,
            agent_type=agent.type,
            agent_profile_id=agent.profile_id,
            agent_assistant_id=agent.assistant_id,
            agent_created_at=agent.created_at,
        )


class ConversationRow(NamedTuple):
    id: str


_t = sessions.c
AGENT_OF_SESSION = sa.and_(
    agents.c.organization_id == _t.organization_id, agents.c.id == _t.agent_id
)
_OWN = SessionRow._fields[: SessionRow._fields.index("agent_name")]
_OF_AGENT = ("name", "type", "profile_id", "assistant_id", "created_at")


def _with_agents(rows: sa.FromClause, agent_of_row: sa.ColumnElement[bool]) -> sa.Select[Any]:
    own = (rows.c[name] for name in _OWN)
    of_agent = (agents.c[name].label(f"agent_{name}") for name in _OF_AGENT)
    return sa.select(*own, *of_agent).select_from(rows.outerjoin(agents, agent_of_row))


SELECT_SESSIONS = _with_agents(sessions, AGENT_OF_SESSION)
_IS_ONE = (_t.organization_id == sa.bindparam("organization_id"), _t.id == sa.bindparam("id"))
_FIND = Statement(SELECT_SESSIONS.where(*_IS_ONE), SessionRow)
# Locked, then joined: PostgreSQL, when it has waited for a row, would join what the row is by then
# to the agent that it had before.
_held = sa.select(*(_t[name] for name in _OWN)).where(*_IS_ONE).with_for_update().subquery("held")
_LOCK = Statement(
    _with_agents(
        _held,
        sa.and_(
            agents.c.organization_id == _held.c.organization_id, agents.c.id == _held.c.agent_id
        ),
    ),
    SessionRow,
)
_PIECE = 32
_LIST_BY_ID = Statement(
    SELECT_SESSIONS.where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)),
    ),
    SessionRow,
)
_INSERT: Statement[SessionRow] = Statement(sa.insert(sessions))
_UPDATE: Statement[SessionRow] = Statement(
    sa.update(sessions)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("session"))
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "contact_name",
                "thread_id",
                "status",
                "agent_id",
                "ending_survey_submission_id",
                "metadata",
                "epoch",
                "last_position",
                "updated_at",
                "closed_at",
            )
        }
    )
)
_UPDATE_POSITION: Statement[SessionRow] = Statement(
    sa.update(sessions)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("session"))
    .values(last_position=sa.bindparam("last_position"), epoch=sa.bindparam("epoch"))
)
_c = conversations.c
_FIND_CONVERSATION = Statement(
    sa.select(_c.id).where(
        _c.organization_id == sa.bindparam("organization_id"),
        _c.channel_type == sa.bindparam("channel_type"),
        _c.channel_id == sa.bindparam("channel_id"),
        _c.channel_user_id == sa.bindparam("channel_user_id"),
    ),
    ConversationRow,
)
_INSERT_CONVERSATION: Statement[ConversationRow] = Statement(sa.insert(conversations))
_UPDATE_CURRENT_SESSION: Statement[ConversationRow] = Statement(
    sa.update(conversations)
    .where(_c.organization_id == sa.bindparam("org"), _c.id == sa.bindparam("conversation"))
    .values(current_session_id=sa.bindparam("session_id"))
)
_UPDATE_LAST_MESSAGE: Statement[ConversationRow] = Statement(
    sa.update(conversations)
    .where(_c.organization_id == sa.bindparam("org"), _c.id == sa.bindparam("conversation"))
    .values(last_message_id=sa.bindparam("message_id"), last_message_at=sa.bindparam("created_at"))
)


def find_session(tx: Transaction, caller: Caller, session_id: str) -> SessionRow | None:
    return _FIND.find(tx, organization_id=caller.organization_id, id=session_id)


def lock_session(tx: Transaction, caller: Caller, session_id: str) -> SessionRow | None:
    session = _LOCK.find(tx, organization_id=caller.organization_id, id=session_id)
    if session is not None and session.agent_id is not None and session.agent_name is None:
        # The agent was made while this transaction waited for the session.
        return find_session(tx, caller, session_id)
    return session


def each_session(
    tx: Transaction, caller: Caller, session_ids: list[str]
) -> Generator[SessionRow, None, None]:
    """The sessions of these ids, which come newest first; a few at a time, they may be large."""
    for start in range(0, len(session_ids), _PIECE):
        ids = json.dumps(session_ids[start : start + _PIECE])
        rows = _LIST_BY_ID.all(tx, organization_id=caller.organization_id, ids=ids)
        # Sorted here: to come by them in order, SQLite would rather walk through all sessions.
        yield from sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)


def create_session(tx: Transaction, caller: Caller, session: SessionRow) -> None:
    _INSERT.send(
        tx,
        organization_id=caller.organization_id,
        id=session.id,
        conversation_id=session.conversation_id,
        contact_id=session.contact_id,
        contact_name=session.contact_name,
        thread_id=session.thread_id,
        status=session.status,
        agent_id=session.agent_id,
        ending_survey_submission_id=session.ending_survey_submission_id,
        metadata=session.metadata,
        epoch=session.epoch,
        last_position=session.last_position,
        created_at=session.created_at,
        updated_at=session.updated_at,
        closed_at=session.closed_at,
    )
    metadata_rows.add_session(tx, caller, session)


def update_session(
    tx: Transaction, caller: Caller, before: SessionRow, session: SessionRow
) -> None:
    """Write every field that can change, and what searches look up where that changed."""
    _UPDATE.send(
        tx,
        org=caller.organization_id,
        session=session.id,
        contact_name=session.contact_name,
        thread_id=session.thread_id,
        status=session.status,
        agent_id=session.agent_id,
        ending_survey_submission_id=session.ending_survey_submission_id,
        metadata=session.metadata,
        epoch=session.epoch,
        last_position=session.last_position,
        updated_at=session.updated_at,
        closed_at=session.closed_at,
    )
    metadata_rows.change_session(tx, caller, before, session)


def update_position(
    tx: Transaction, caller: Caller, session_id: str, *, last_position: int, epoch: int
) -> None:
    _UPDATE_POSITION.send(
        tx,
        org=caller.organization_id,
        session=session_id,
        last_position=last_position,
        epoch=epoch,
    )


def find_conversation(
    tx: Transaction, caller: Caller, *, channel_type: str, channel_id: str, channel_user_id: str
) -> ConversationRow | None:
    return _FIND_CONVERSATION.find(
        tx,
        organization_id=caller.organization_id,
        channel_type=channel_type,
        channel_id=channel_id,
        channel_user_id=channel_user_id,
    )


def create_conversation(
    tx: Transaction,
    caller: Caller,
    conversation_id: str,
    *,
    channel_type: str,
    channel_id: str,
    channel_user_id: str,
    contact_id: str,
    current_session_id: str,
) -> None:
    _INSERT_CONVERSATION.send(
        tx,
        organization_id=caller.organization_id,
        id=conversation_id,
        channel_type=channel_type,
        channel_id=channel_id,
        channel_user_id=channel_user_id,
        contact_id=contact_id,
        current_session_id=current_session_id,
        last_message_id=None,
        last_message_at=None,
        created_at=tx.now,
    )


def update_current_session(
    tx: Transaction, caller: Caller, conversation_id: str, session_id: str
) -> None:
    _UPDATE_CURRENT_SESSION.send(
        tx, org=caller.organization_id, conversation=conversation_id, session_id=session_id
    )


def update_last_message(
    tx: Transaction, caller: Caller, conversation_id: str, message_id: str
) -> None:
    _UPDATE_LAST_MESSAGE.send(
        tx,
        org=caller.organization_id,
        conversation=conversation_id,
        message_id=message_id,
        created_at=tx.now,
    )
