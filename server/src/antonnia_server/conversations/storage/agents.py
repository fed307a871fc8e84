"""The SQL of agents."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import agents, sessions


class AgentRow(NamedTuple):
    id: str
    organization_id: str
    name: str
    type: str
    profile_id: str | None
    assistant_id: str | None
    created_at: int
    deleted_at: int | None


_t = agents.c
COLUMNS = (
    _t.id,
    _t.organization_id,
    _t.name,
    _t.type,
    _t.profile_id,
    _t.assistant_id,
    _t.created_at,
    _t.deleted_at,
)
_INSERT: Statement[AgentRow] = Statement(sa.insert(agents))
_one = sa.select(*COLUMNS).where(
    _t.organization_id == sa.bindparam("organization_id"),
    _t.id == sa.bindparam("id"),
    _t.deleted_at.is_(None),
)
_default = sa.select(*COLUMNS).where(
    _t.organization_id == sa.bindparam("organization_id"),
    # Written out, because SQLite uses a partial index only for a condition that it can read.
    sa.text("agents.is_default"),
    _t.deleted_at.is_(None),
)
_FIND = Statement(_one, AgentRow)
_FIND_DEFAULT = Statement(_default, AgentRow)
# Several may give sessions to an agent at the same time, but nobody deletes it meanwhile.
_FIND_TO_HOLD = Statement(_one.with_for_update(read=True, key_share=True), AgentRow)
_FIND_DEFAULT_TO_HOLD = Statement(_default.with_for_update(read=True, key_share=True), AgentRow)
_LOCK = Statement(_one.with_for_update(), AgentRow)
_UPDATE: Statement[AgentRow] = Statement(
    sa.update(agents)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("agent"))
    .values(
        name=sa.bindparam("name"),
        profile_id=sa.bindparam("profile_id"),
        assistant_id=sa.bindparam("assistant_id"),
    )
)
_DELETE: Statement[AgentRow] = Statement(
    sa.update(agents)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("agent"))
    .values(deleted_at=sa.bindparam("now"), is_default=sa.false())
)


def create_agent(
    tx: Transaction,
    caller: Caller,
    agent_id: str,
    *,
    name: str,
    type: str,
    profile_id: str | None,
    assistant_id: str | None,
    is_default: bool,
) -> AgentRow:
    _INSERT.run(
        tx,
        organization_id=caller.organization_id,
        id=agent_id,
        name=name,
        type=type,
        profile_id=profile_id,
        assistant_id=assistant_id,
        is_default=is_default,
        created_at=tx.now,
        deleted_at=None,
    )
    return AgentRow(
        agent_id, caller.organization_id, name, type, profile_id, assistant_id, tx.now, None
    )


def find_agent(tx: Transaction, caller: Caller, agent_id: str) -> AgentRow | None:
    return _FIND.find(tx, organization_id=caller.organization_id, id=agent_id)


def find_agent_to_hold(tx: Transaction, caller: Caller, agent_id: str) -> AgentRow | None:
    """An agent that is to be given a session in this transaction, and so must stay."""
    return _FIND_TO_HOLD.find(tx, organization_id=caller.organization_id, id=agent_id)


def find_default_agent_to_hold(tx: Transaction, caller: Caller) -> AgentRow | None:
    return _FIND_DEFAULT_TO_HOLD.find(tx, organization_id=caller.organization_id)


def lock_agent(tx: Transaction, caller: Caller, agent_id: str) -> AgentRow | None:
    return _LOCK.find(tx, organization_id=caller.organization_id, id=agent_id)


def find_default_agent(tx: Transaction, caller: Caller) -> AgentRow | None:
    return _FIND_DEFAULT.find(tx, organization_id=caller.organization_id)


def update_agent(tx: Transaction, caller: Caller, agent: AgentRow) -> None:
    _UPDATE.run(
        tx,
        org=caller.organization_id,
        agent=agent.id,
        name=agent.name,
        profile_id=agent.profile_id,
        assistant_id=agent.assistant_id,
    )


def delete_agent(tx: Transaction, caller: Caller, agent_id: str) -> None:
    _DELETE.run(tx, org=caller.organization_id, agent=agent_id, now=tx.now)


def holds_open_session(tx: Transaction, caller: Caller, agent_id: str) -> bool:
    query = sa.select(
        sa.exists().where(
            sessions.c.organization_id == caller.organization_id,
            sessions.c.agent_id == agent_id,
            sessions.c.status == "open",
        )
    )
    return bool(tx.connection.execute(query).scalar_one())


def list_agents(
    tx: Transaction,
    caller: Caller,
    window: Window,
    *,
    type: str | None,
    assistant_id: str | None,
    profile_id: str | None,
) -> Found[AgentRow]:
    """Agents from the oldest to the newest."""
    query = sa.select(*COLUMNS).where(
        _t.organization_id == caller.organization_id, _t.deleted_at.is_(None)
    )
    filters: dict[sa.Column[Any], str | None] = {
        _t.type: type,
        _t.assistant_id: assistant_id,
        _t.profile_id: profile_id,
    }
    for column, value in filters.items():
        if value is not None:
            query = query.where(column == value)
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) > sa.tuple_(*window.after))
    query = query.order_by(_t.created_at, _t.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(AgentRow._make, rows), lambda row: row.name)
