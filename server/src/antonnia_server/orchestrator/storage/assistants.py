"""The SQL of assistants."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller

from ..tables import assistants


class AssistantRow(NamedTuple):
    id: str
    name: str
    engine: str
    knowledge_ids: list[str]
    version: int


_INSERT_ASSISTANT: Statement[AssistantRow] = Statement(sa.insert(assistants))
_FIND_ASSISTANT = Statement(
    sa.select(*(assistants.c[name] for name in AssistantRow._fields)).where(
        assistants.c.organization_id == sa.bindparam("organization_id"),
        assistants.c.id == sa.bindparam("id"),
    ),
    AssistantRow,
)
_UPDATE_KNOWLEDGE_IDS: Statement[AssistantRow] = Statement(
    sa.update(assistants)
    .where(
        assistants.c.organization_id == sa.bindparam("org"),
        assistants.c.id == sa.bindparam("assistant"),
    )
    .values(
        knowledge_ids=sa.bindparam("new_knowledge_ids"),
        version=assistants.c.version + sa.literal(1),
        updated_at=sa.bindparam("now"),
    )
)


def create_assistant(
    tx: Transaction,
    caller: Caller,
    assistant_id: str,
    *,
    name: str,
    description: str | None,
    engine: str,
    knowledge_ids: list[str],
) -> None:
    _INSERT_ASSISTANT.run(
        tx,
        organization_id=caller.organization_id,
        id=assistant_id,
        name=name,
        description=description,
        engine=engine,
        model=None,
        instructions=None,
        tools=[],
        knowledge_ids=knowledge_ids,
        flow_id=None,
        limits={},
        fallback={},
        version=1,
        metadata={},
        created_at=tx.now,
        updated_at=None,
    )


def find_assistant(tx: Transaction, caller: Caller, assistant_id: str) -> AssistantRow | None:
    return _FIND_ASSISTANT.find(tx, organization_id=caller.organization_id, id=assistant_id)


def update_knowledge_ids(
    tx: Transaction, caller: Caller, assistant_id: str, knowledge_ids: list[str]
) -> None:
    _UPDATE_KNOWLEDGE_IDS.run(
        tx,
        org=caller.organization_id,
        assistant=assistant_id,
        new_knowledge_ids=knowledge_ids,
        now=tx.now,
    )
