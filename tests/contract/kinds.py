"""What ids look like."""

from __future__ import annotations

import re

ID = re.compile(r"\b[a-z]+_[0-9a-v]{26}\b")
# How the ids begin that requests name. Only a new kind of object needs a line.
KINDS = {
    "agent_id": "agent",
    "assistant_id": "asst",
    "delivery_id": "dlv",
    "entry_id": "entry",
    "event_id": "evt",
    "gap_id": "gap",
    "knowledge_id": "kb",
    "member_id": "memb",
    "message_id": "msg",
    "organization_id": "org",
    "run_id": "run",
    "session_id": "sess",
    "token_id": "tok",
    "user_id": "user",
    "webhook_id": "wh",
}
