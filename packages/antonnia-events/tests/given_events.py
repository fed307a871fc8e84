"""Objects as the events service sends them."""

from __future__ import annotations

from typing import Any, Dict

AT = "2026-01-31T12:00:00Z"

SESSION: Dict[str, Any] = {
    "id": "sess_1",
    "organization_id": "org_1",
    "conversation_id": "conv_1",
    "contact_id": "user_1",
    "contact_name": "Ana",
    "status": "open",
    "epoch": 1,
    "created_at": AT,
}
MESSAGE: Dict[str, Any] = {
    "id": "msg_1",
    "session_id": "sess_1",
    "conversation_id": "conv_1",
    "organization_id": "org_1",
    "position": 1,
    "role": "user",
    "content": {"type": "text", "text": "Hello"},
    "delivery_status": "delivered",
    "created_at": AT,
}
WEBHOOK: Dict[str, Any] = {
    "id": "wh_1",
    "organization_id": "org_1",
    "url": "https://example.com/hook",
    "events": ["message.created"],
    "headers": {},
    "status": "enabled",
    "created_at": AT,
}


def event(type: str, object: Dict[str, Any], position: int = 1, **data: Any) -> Dict[str, Any]:
    """An event of that type, as the log has it."""
    return {
        "id": f"evt_{position}",
        "position": position,
        "type": type,
        "created_at": AT,
        "organization_id": "org_1",
        "request_id": "req_1",
        "data": {"object": object, **data},
    }
