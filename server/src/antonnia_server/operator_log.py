"""The log, as an operator follows it: `antonnia sessions tail`."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from antonnia.core.models import RequestModel, WireModel

from .clock import to_datetime
from .conversations import service as conversations
from .conversations.errors import AgentNotFound
from .db import Transaction
from .events import service as events
from .http.caller import Caller
from .operator import Operation, get_organization

# The most events that are looked at in one unit of work.
PAGE = 500


class LogQuestion(RequestModel):
    """What was announced after a position; without one, the newest `lines` events."""

    organization: str | None = None
    session_id: str | None = None
    after: Annotated[int, Field(ge=0)] | None = None
    lines: Annotated[int, Field(ge=0, le=PAGE)] = 10


class LogEntry(WireModel):
    """An event, with the names that a person knows."""

    position: int
    type: str
    created_at: datetime
    session_id: str | None
    contact_name: str | None
    agent_name: str | None
    data: dict[str, Any]


class LogPage(WireModel):
    """The next entries, and the position to go on after."""

    entries: list[LogEntry]
    position: int


def read_log(tx: Transaction, order: LogQuestion) -> LogPage:
    """A page of the log of one organization, or of one session in it.

    Raises:
        SessionNotFound: There is no such session.
    """
    caller = Caller(get_organization(tx, order.organization).id)
    if order.session_id is not None:
        conversations.get_session(tx, caller, order.session_id)
    newest = events.last_position(tx, caller)
    position = max(0, newest - PAGE) if order.after is None else order.after
    rows = events.list_events_after(tx, caller, position, limit=PAGE)

    @cache
    def name_of_agent(agent_id: str) -> str | None:
        try:
            return conversations.get_agent(tx, caller, agent_id).name
        except AgentNotFound:
            return None

    @cache
    def name_of_contact(session_id: str) -> str:
        return conversations.get_session(tx, caller, session_id).contact_name

    entries: list[LogEntry] = []
    for row in rows:
        data: dict[str, Any] = json.loads(row.data)
        changed: dict[str, Any] = data["object"]
        session_id: str | None = changed.get("session_id", row.object_id)
        if session_id is not None and not session_id.startswith("sess_"):
            session_id = None
        if order.session_id not in (None, session_id):
            continue
        holder: dict[str, Any] = changed.get("agent") or {}
        agent_id: str | None = changed.get("agent_id") or holder.get("id")
        entries.append(
            LogEntry(
                position=row.position,
                type=row.type,
                created_at=to_datetime(row.created_at),
                session_id=session_id,
                contact_name=None if session_id is None else name_of_contact(session_id),
                agent_name=None if agent_id is None else name_of_agent(agent_id),
                data=data,
            )
        )
    if order.after is None:
        entries = entries[len(entries) - order.lines :] if order.lines else []
    return LogPage(entries=entries, position=rows[-1].position if rows else position)


READ_LOG = Operation(LogQuestion, LogPage, read_log)
