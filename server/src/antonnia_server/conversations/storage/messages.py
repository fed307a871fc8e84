"""The SQL of messages."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import messages


class MessageRow(NamedTuple):
    id: str
    session_id: str
    conversation_id: str
    organization_id: str
    position: int
    role: str
    content: dict[str, Any]
    agent_id: str | None
    run_id: str | None
    provider_message_id: str | None
    replied_provider_message_id: str | None
    delivery_status: str
    delivery_error_code: int | None
    delivery_error_message: str | None
    delivered_at: int | None
    created_at: int
    updated_at: int | None


_t = messages.c
_COLUMNS = tuple(_t[name] for name in MessageRow._fields)
_INSERT: Statement[MessageRow] = Statement(sa.insert(messages))
_FIND = Statement(
    sa.select(*_COLUMNS).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.id == sa.bindparam("id"),
        _t.session_id == sa.bindparam("session_id"),
    ),
    MessageRow,
)
_FIND_BY_PROVIDER_ID = Statement(
    sa.select(*_COLUMNS).where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.provider_message_id == sa.bindparam("provider_message_id"),
        _t.session_id == sa.bindparam("session_id"),
    ),
    MessageRow,
)
_LIST_USER_MESSAGES_AFTER = Statement(
    sa.select(*_COLUMNS)
    .where(
        _t.organization_id == sa.bindparam("organization_id"),
        _t.session_id == sa.bindparam("session_id"),
        _t.position > sa.bindparam("position"),
        _t.role == "user",
    )
    .order_by(_t.position),
    MessageRow,
)
_UPDATE: Statement[MessageRow] = Statement(
    sa.update(messages)
    .where(_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("message"))
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "provider_message_id",
                "replied_provider_message_id",
                "delivery_status",
                "delivery_error_code",
                "delivery_error_message",
                "delivered_at",
                "updated_at",
            )
        }
    )
)


def create_message(tx: Transaction, caller: Caller, message: MessageRow) -> None:
    assert message.organization_id == caller.organization_id
    _INSERT.send(tx, **message._asdict())


def find_message(
    tx: Transaction, caller: Caller, session_id: str, message_id: str
) -> MessageRow | None:
    return _FIND.find(
        tx, organization_id=caller.organization_id, session_id=session_id, id=message_id
    )


def find_by_provider_id(
    tx: Transaction, caller: Caller, session_id: str, provider_message_id: str
) -> MessageRow | None:
    return _FIND_BY_PROVIDER_ID.find(
        tx,
        organization_id=caller.organization_id,
        session_id=session_id,
        provider_message_id=provider_message_id,
    )


def list_user_messages_after(
    tx: Transaction, caller: Caller, session_id: str, position: int
) -> list[MessageRow]:
    return _LIST_USER_MESSAGES_AFTER.all(
        tx, organization_id=caller.organization_id, session_id=session_id, position=position
    )


def update_message(tx: Transaction, caller: Caller, message: MessageRow) -> None:
    _UPDATE.send(
        tx,
        org=caller.organization_id,
        message=message.id,
        provider_message_id=message.provider_message_id,
        replied_provider_message_id=message.replied_provider_message_id,
        delivery_status=message.delivery_status,
        delivery_error_code=message.delivery_error_code,
        delivery_error_message=message.delivery_error_message,
        delivered_at=message.delivered_at,
        updated_at=message.updated_at,
    )


def list_messages(
    tx: Transaction,
    caller: Caller,
    window: Window,
    filters: Mapping[str, str],
    *,
    is_descending: bool,
) -> Found[MessageRow]:
    """Messages whose columns equal `filters`, session by session in the order of their position."""
    after: dict[str, Any] = {}
    if window.after is not None:
        after = dict(zip(("after_session_id", "after_position"), window.after, strict=True))
    statement = _listing(tuple(filters), is_after=bool(after), is_descending=is_descending)
    rows = statement.each(
        tx,
        organization_id=caller.organization_id,
        offset=window.offset,
        limit=window.fetch,
        **filters,
        **after,
    )
    with closing(rows):
        return window.take(rows, lambda row: row.content)


# Clients that wait for an answer ask this again and again, in a handful of shapes.
@lru_cache(maxsize=128)
def _listing(
    filters: tuple[str, ...], *, is_after: bool, is_descending: bool
) -> Statement[MessageRow]:
    query = sa.select(*_COLUMNS).where(_t.organization_id == sa.bindparam("organization_id"))
    for name in filters:
        query = query.where(_t[name] == sa.bindparam(name))
    if is_after:
        place = sa.tuple_(_t.session_id, _t.position)
        after = sa.tuple_(sa.bindparam("after_session_id"), sa.bindparam("after_position"))
        query = query.where(place < after if is_descending else place > after)
    order = (_t.session_id, _t.position)
    query = query.order_by(*(column.desc() for column in order) if is_descending else order)
    query = query.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))
    return Statement(query, MessageRow)
