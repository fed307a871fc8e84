"""Given: a client on a scripted network, and objects as the contract shows them."""

from __future__ import annotations

from typing import Any, Dict

import httpx
from scripted_network import ScriptedNetwork

from antonnia.orchestrator import Orchestrator

ASSISTANT: Dict[str, Any] = {
    "id": "asst_1",
    "organization_id": "org_1",
    "name": "Ada",
    "engine": "knowledge",
    "tools": [],
    "knowledge_ids": ["kb_1"],
    "limits": {},
    "fallback": {},
    "version": 1,
    "metadata": {},
    "created_at": "2026-01-02T03:04:05Z",
}

KNOWLEDGE: Dict[str, Any] = {
    "id": "kb_1",
    "organization_id": "org_1",
    "name": "Shop",
    "entries": 2,
    "created_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-01-02T03:04:05Z",
}

ENTRY: Dict[str, Any] = {
    "id": "entry_1",
    "organization_id": "org_1",
    "knowledge_id": "kb_1",
    "kind": "question",
    "title": "When are you open?",
    "phrasings": [],
    "text": "From nine to five.",
    "source": "faq.md",
    "created_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-01-02T03:04:05Z",
}

MATCH: Dict[str, Any] = {
    "knowledge_id": "kb_1",
    "entry_id": "entry_1",
    "title": "When are you open?",
    "text": "From nine to five.",
    "source": "faq.md",
    "confidence": 0.9,
}

GAP: Dict[str, Any] = {
    "id": "gap_1",
    "organization_id": "org_1",
    "knowledge_id": "kb_1",
    "question": "Do you sell zebras?",
    "times_asked": 3,
    "session_id": "sess_1",
    "run_id": "run_1",
    "status": "open",
    "created_at": "2026-01-02T03:04:05Z",
    "last_asked_at": "2026-01-02T03:04:05Z",
}

RUN: Dict[str, Any] = {
    "id": "run_1",
    "organization_id": "org_1",
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "assistant_version": 1,
    "status": "completed",
    "trigger": "reply",
    "attempt": 1,
    "created_at": "2026-01-02T03:04:05Z",
}

STEP: Dict[str, Any] = {
    "id": "step_1",
    "run_id": "run_1",
    "index": 0,
    "type": "message",
    "status": "completed",
    "output": {"text": "From nine to five."},
    "citations": [
        {
            "knowledge_id": "kb_1",
            "entry_id": "entry_1",
            "title": "When are you open?",
            "source": "faq.md",
        }
    ],
}


def given_client(network: ScriptedNetwork) -> Orchestrator:
    client = Orchestrator(
        "tok_secret", "https://api.test", http_client=httpx.AsyncClient(transport=network)
    )
    client._transport.sender.sleep = network.sleep
    return client
