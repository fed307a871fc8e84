"""Given: a client on a scripted network, and objects as the contract shows them."""

from __future__ import annotations

from typing import Any, Dict

import httpx
from scripted_network import ScriptedNetwork

from antonnia.conversations import Conversations

SESSION: Dict[str, Any] = {
    "id": "sess_1",
    "organization_id": "org_1",
    "conversation_id": "conv_1",
    "contact_id": "contact_123",
    "contact_name": "Jane",
    "status": "open",
    "agent": None,
    "metadata": {},
    "epoch": 1,
    "created_at": "2026-01-02T03:04:05Z",
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
    "created_at": "2026-01-02T03:04:05.123456Z",
}

AGENT: Dict[str, Any] = {
    "id": "agent_1",
    "organization_id": "org_1",
    "name": "Ana",
    "type": "human",
    "profile_id": "p1",
    "created_at": "2026-01-02T03:04:05Z",
}


def given_client(network: ScriptedNetwork) -> Conversations:
    client = Conversations(
        "tok_secret", "https://api.test", http_client=httpx.AsyncClient(transport=network)
    )
    client._transport.sender.sleep = network.sleep
    return client
