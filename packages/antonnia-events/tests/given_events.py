"""Given: a client on a scripted network, and objects as the contract shows them."""

from __future__ import annotations

from typing import Any, Dict

import httpx
from scripted_network import ScriptedNetwork

from antonnia.events import Events

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
DELIVERY: Dict[str, Any] = {
    "id": "dlv_1",
    "organization_id": "org_1",
    "webhook_id": "wh_1",
    "event_id": "evt_1",
    "event_type": "message.created",
    "status": "failed",
    "attempts": [{"at": AT, "status_code": 503, "duration_ms": 12, "response_excerpt": "no"}],
    "next_attempt_at": AT,
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


def given_client(network: ScriptedNetwork) -> Events:
    """A client on a scripted network."""
    client = Events(
        "tok_secret", "https://api.test", http_client=httpx.AsyncClient(transport=network)
    )
    client._transport.sender.sleep = network.sleep
    return client
