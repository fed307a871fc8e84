"""Objects of the auth API, as the server sends them, and a client."""

from __future__ import annotations

from typing import Any, Dict

import httpx
from scripted_network import ScriptedNetwork

from antonnia.auth import Auth

JsonDict = Dict[str, Any]

CREATED_AT = "2026-01-31T12:00:00.123456Z"
SECRET = "antn_0123456789ABCDEFGHIJabcdefghijkl0XyZ9a"

ORGANIZATION: JsonDict = {
    "id": "org_1",
    "name": "Acme",
    "type": "standard",
    "partner_id": None,
    "created_at": CREATED_AT,
    "updated_at": None,
}

USER: JsonDict = {
    "id": "user_1",
    "name": "Ana",
    "email": "ana@acme.example",
    "created_at": CREATED_AT,
}

MEMBER: JsonDict = {
    "id": "memb_1",
    "user_id": "user_1",
    "organization_id": "org_1",
    "email": "ana@acme.example",
    "role": "admin",
    "created_at": CREATED_AT,
}

TOKEN: JsonDict = {
    "id": "tok_1",
    "organization_id": "org_1",
    "name": "shop",
    "permissions": ["conversations:read", "conversations:write"],
    "prefix": "antn_0123",
    "user_id": None,
    "created_at": CREATED_AT,
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}

TOKEN_WITH_SECRET: JsonDict = {**TOKEN, "secret": SECRET}

PERMISSION: JsonDict = {
    "name": "conversations:read",
    "description": "Read sessions, messages and agents.",
    "roles": ["owner", "admin", "agent", "viewer"],
}

ME: JsonDict = {
    "organization": ORGANIZATION,
    "token": TOKEN,
    "permissions": ["conversations:read", "conversations:write"],
    "user": None,
    "role": None,
}

AUDIT_ENTRY: JsonDict = {
    "id": "audit_1",
    "organization_id": "org_1",
    "created_at": CREATED_AT,
    "action": "create_token",
    "object_id": "tok_1",
    "token_id": "tok_0",
    "user_id": None,
    "address": "203.0.113.7",
    "request_id": "req_1",
}

PARTNER_TOKEN: JsonDict = {
    "key_id": "tok_2",
    "key_name": "inbox",
    "organization_id": "org_2",
    "secret": SECRET,
    "app_id": "app_1",
    "type": "app_token",
    "is_active": True,
    "created_at": CREATED_AT,
}


def given_client(network: ScriptedNetwork) -> Auth:
    """A client on a scripted network."""
    client = Auth(
        "tok_secret", "https://api.test", http_client=httpx.AsyncClient(transport=network)
    )
    client._transport.sender.sleep = network.sleep
    return client
