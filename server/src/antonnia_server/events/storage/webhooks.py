"""The SQL of webhooks."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

import sqlalchemy as sa

from antonnia_server.db import Statement, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.pagination import Found, Window

from ..tables import event_positions, webhooks


class OldSecret(TypedDict):
    """One that was replaced, and until when it signs beside the present one."""

    secret: str
    until: int


class WebhookRow(NamedTuple):
    organization_id: str
    id: str
    url: str
    events: list[str]
    description: str | None
    headers: dict[str, str]
    status: str
    disabled_reason: str | None
    secret: str
    old_secrets: list[OldSecret]
    position: int
    failing_since: int | None
    failures: int
    created_at: int
    updated_at: int | None


class WebhookKey(NamedTuple):
    """Which webhook it is, of all organizations."""

    organization_id: str
    id: str


class _Count(NamedTuple):
    number: int


_t = webhooks.c
_COLUMNS = tuple(_t[name] for name in WebhookRow._fields)
_IS_IT = (_t.organization_id == sa.bindparam("org"), _t.id == sa.bindparam("webhook"))
_INSERT: Statement[WebhookRow] = Statement(sa.insert(webhooks))
_FIND = Statement(sa.select(*_COLUMNS).where(*_IS_IT), WebhookRow)
_LOCK = Statement(sa.select(*_COLUMNS).where(*_IS_IT).with_for_update(), WebhookRow)
_COUNT = Statement(
    sa.select(sa.func.count()).where(_t.organization_id == sa.bindparam("org")), _Count
)
_KEPT = ("organization_id", "id", "created_at")
_UPDATE: Statement[WebhookRow] = Statement(
    sa.update(webhooks)
    .where(*_IS_IT)
    .values({name: sa.bindparam(name) for name in WebhookRow._fields if name not in _KEPT})
)
_ADVANCE: Statement[WebhookRow] = Statement(
    sa.update(webhooks).where(*_IS_IT).values(position=sa.bindparam("position"))
)
_SET_HEALTH: Statement[WebhookRow] = Statement(
    sa.update(webhooks)
    .where(*_IS_IT)
    .values(failing_since=sa.bindparam("failing_since"), failures=sa.bindparam("failures"))
)
_DELETE: Statement[WebhookRow] = Statement(sa.delete(webhooks).where(*_IS_IT))
_LOCK_ALL = Statement(
    sa.select(*_COLUMNS)
    .where(_t.organization_id == sa.bindparam("org"))
    .order_by(_t.id)
    .with_for_update(),
    WebhookRow,
)
# Written out, because SQLite uses a partial index only for a condition that it can read.
_IS_ENABLED = sa.text("webhooks.status = 'enabled'")
_LIST_ENABLED = Statement(
    sa.select(_t.organization_id, _t.id).where(_IS_ENABLED).limit(1), WebhookKey
)
_LIST_BEHIND = Statement(
    sa.select(_t.organization_id, _t.id)
    .join(event_positions, event_positions.c.organization_id == _t.organization_id)
    .where(_IS_ENABLED, _t.position < event_positions.c.last_position)
    # Several are locked in one unit of work, as by `lock_webhooks`.
    .order_by(_t.organization_id, _t.id),
    WebhookKey,
)


def create_webhook(tx: Transaction, webhook: WebhookRow) -> None:
    _INSERT.run(tx, **webhook._asdict())


def find_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> WebhookRow | None:
    return _FIND.find(tx, org=caller.organization_id, webhook=webhook_id)


def lock_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> WebhookRow | None:
    return _LOCK.find(tx, org=caller.organization_id, webhook=webhook_id)


def count_webhooks(tx: Transaction, caller: Caller) -> int:
    found = _COUNT.find(tx, org=caller.organization_id)
    assert found is not None, "an aggregate is one row"
    return found.number


def update_webhook(tx: Transaction, webhook: WebhookRow) -> None:
    changing = {name: value for name, value in webhook._asdict().items() if name not in _KEPT}
    _UPDATE.run(tx, org=webhook.organization_id, webhook=webhook.id, **changing)


def advance(tx: Transaction, webhook: WebhookRow, position: int) -> None:
    """The log has been looked through for it up to here."""
    _ADVANCE.run(tx, org=webhook.organization_id, webhook=webhook.id, position=position)


def set_health(tx: Transaction, webhook: WebhookRow) -> None:
    _SET_HEALTH.run(
        tx,
        org=webhook.organization_id,
        webhook=webhook.id,
        failing_since=webhook.failing_since,
        failures=webhook.failures,
    )


def delete_webhook(tx: Transaction, caller: Caller, webhook_id: str) -> None:
    _DELETE.run(tx, org=caller.organization_id, webhook=webhook_id)


def lock_webhooks(tx: Transaction, organization_id: str) -> list[WebhookRow]:
    """All of an organization, in the order of their ids, so that no two wait for each other."""
    return _LOCK_ALL.all(tx, org=organization_id)


def has_enabled(tx: Transaction) -> bool:
    """Whether any organization is to be told of anything: for work of the platform itself."""
    return bool(_LIST_ENABLED.all(tx))


def list_behind(tx: Transaction) -> list[WebhookKey]:
    """Those of all organizations that the log has not been looked through for to its end."""
    return _LIST_BEHIND.all(tx)


def list_webhooks(
    tx: Transaction, caller: Caller, window: Window, *, status: str | None
) -> Found[WebhookRow]:
    """Webhooks from the oldest to the newest."""
    query = sa.select(*_COLUMNS).where(_t.organization_id == caller.organization_id)
    if status is not None:
        query = query.where(_t.status == status)
    if window.after is not None:
        query = query.where(sa.tuple_(_t.created_at, _t.id) > sa.tuple_(*window.after))
    query = query.order_by(_t.created_at, _t.id).offset(window.offset).limit(window.fetch)
    with tx.connection.execute(query) as rows:
        return window.take(map(WebhookRow._make, rows), lambda row: [row.url, row.headers])
