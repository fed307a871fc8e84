"""The SQL of assistants."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import assistants


class AssistantRow(NamedTuple):
    id: str
    organization_id: str
    name: str
    description: str | None
    engine: str
    model: str | None
    instructions: str | None
    tools: list[Any]
    knowledge_ids: list[str]
    flow_id: str | None
    limits: dict[str, Any]
    fallback: dict[str, Any]
    version: int
    metadata: dict[str, Any]
    created_at: int
    updated_at: int | None


_t = assistants.c
_COLUMNS = tuple(_t[name] for name in AssistantRow._fields)
_INSERT: Statement[AssistantRow] = Statement(sa.insert(assistants))
_SELECT_ONE = sa.select(*_COLUMNS).where(
    _t.organization_id == sa.bindparam("organization_id"),
    _t.id == sa.bindparam("id"),
)
_FIND = Statement(_SELECT_ONE, AssistantRow)
_LOCK = Statement(_SELECT_ONE.with_for_update(), AssistantRow)
_UPDATE: Statement[AssistantRow] = Statement(
    sa.update(assistants)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("assistant"))
    .values(
        name=sa.bindparam("new_name"),
        description=sa.bindparam("new_description"),
        knowledge_ids=sa.bindparam("new_knowledge_ids"),
        version=sa.bindparam("new_version"),
        updated_at=sa.bindparam("now"),
    )
)
_DELETE: Statement[AssistantRow] = Statement(
    sa.delete(assistants).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.id == sa.bindparam("id"),
    )
)


def create_assistant(tx: Transaction, assistant: AssistantRow) -> None:
    _INSERT.run(tx, **assistant._asdict())


def find_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> AssistantRow | None:
    return _FIND.find(tx, organization_id=caller.organization_id, id=assistant_id)


def lock_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> AssistantRow | None:
    return _LOCK.find(tx, organization_id=caller.organization_id, id=assistant_id)


def update_assistant(tx: Transaction, caller: Caller, assistant: AssistantRow) -> None:
    _UPDATE.run(
        tx,
        org=caller.organization_id,
        assistant=assistant.id,
        new_name=assistant.name,
        new_description=assistant.description,
        new_knowledge_ids=assistant.knowledge_ids,
        new_version=assistant.version,
        now=assistant.updated_at,
    )


def delete_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> None:
    _DELETE.run(tx, organization_id=caller.organization_id, id=assistant_id)


def list_assistants_with(
    tx: Transaction, caller: Caller, knowledge_id: str, *, at_most: int
) -> list[AssistantRow]:
    """Those that answer from the base, from the oldest to the newest."""
    with tx.connection.execute(_with(caller, knowledge_id, at_most)) as rows:
        return list(map(AssistantRow._make, rows))


def lock_assistants_with(
    tx: Transaction, caller: Caller, knowledge_id: str, *, at_most: int
) -> list[AssistantRow]:
    """The same, held."""
    with tx.connection.execute(_with(caller, knowledge_id, at_most).with_for_update()) as rows:
        return list(map(AssistantRow._make, rows))


def _with(caller: Caller, knowledge_id: str, at_most: int) -> sa.Select[Any]:
    # An id is in the list as it stands in the text of it: quoted, and with nothing to escape.
    return (
        sa.select(*_COLUMNS)
        .where(
            _t.organization_id == caller.organization_id,
            sa.cast(_t.knowledge_ids, sa.Text).contains(f'"{knowledge_id}"', autoescape=True),
        )
        .order_by(_t.created_at, _t.id)
        .limit(at_most)
    )


def list_assistants(tx: Transaction, caller: Caller, window: Window) -> Found[AssistantRow]:
    """From the oldest to the newest; an organization has few."""
    query = sa.select(*_COLUMNS).where(_t.organization_id == caller.organization_id)
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) > sa.tuple_(*window.after))
    query = query.order_by(_t.created_at, _t.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(
            map(AssistantRow._make, rows),
            lambda row: [row.name, row.description, row.knowledge_ids],
        )
