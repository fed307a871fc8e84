"""Delivery: what a channel reports about a message after it was posted."""

from __future__ import annotations

from typing import Any

from antonnia.conversations.types import Message, MessageUpdate
from antonnia_server.db import Transaction
from antonnia_server.events import service as events
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of

from .. import wire
from ..errors import MessageNotFound, ProviderMessageIdConflict
from ..storage import messages as storage
from ..storage.messages import MessageRow
from .sessions import lock_session

# Where each status may lead. Reports arrive late and out of order; one that would go back is
# not an error, it is old news.
_NEXT = {
    "pending": {"sent", "delivered", "read", "failed", "rejected"},
    "sent": {"delivered", "read", "failed", "rejected"},
    "delivered": {"read"},
    "read": set[str](),
    "failed": set[str](),
    "rejected": set[str](),
}
_REACHED_THE_CONTACT = {"delivered", "read"}


def update_message(
    tx: Transaction, caller: Caller, session_id: str, message_id: str, body: MessageUpdate
) -> Message:
    """Record a channel's report; announces `message.updated` only if something changed."""
    lock_session(tx, caller, session_id)
    message = storage.find_message(tx, caller, session_id, message_id)
    if message is None:
        raise MessageNotFound(message_id)
    changed = message._replace(**_provider_ids(tx, caller, message, body))
    if body.delivery_status in (None, message.delivery_status):
        changed = changed._replace(**_report(body))
    elif body.delivery_status in _NEXT[message.delivery_status]:
        delivered_at = message.delivered_at
        if delivered_at is None and body.delivery_status in _REACHED_THE_CONTACT:
            delivered_at = tx.now
        changed = changed._replace(
            delivery_status=body.delivery_status,
            **{"delivered_at": delivered_at, **_report(body)},
        )
    if changed == message:
        return wire.message(message)

    changed = changed._replace(updated_at=tx.now)
    storage.update_message(tx, caller, changed)
    updated = wire.message(changed)
    events.publish(tx, caller, "message.updated", updated)
    return updated


def _provider_ids(
    tx: Transaction, caller: Caller, message: MessageRow, body: MessageUpdate
) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: getattr(body, name)
        for name in ("provider_message_id", "replied_provider_message_id")
        if name in body.model_fields_set
    }
    wanted = given.get("provider_message_id")
    if wanted is not None:
        other = storage.find_by_provider_id(tx, caller, message.session_id, wanted)
        if other is not None and other.id != message.id:
            raise ProviderMessageIdConflict(wanted, other.id)
    return given


def _report(body: MessageUpdate) -> dict[str, Any]:
    """What goes with a status: it counts only if the status does."""
    report: dict[str, Any] = {}
    if body.delivery_error_code is not None:
        report["delivery_error_code"] = body.delivery_error_code
    if body.delivery_error_message is not None:
        report["delivery_error_message"] = body.delivery_error_message
    if body.delivered_at is not None:
        report["delivered_at"] = moment_of(body.delivered_at, ["body", "delivered_at"])
    return report
