"""What the platform asks of PostgreSQL to create a session and to post a message, and no more.

The same reads, locks and rows in the same tables, one statement after the other in one transaction,
as anybody would write it with psycopg. Only the positions of the events, and keys, are left out.
"""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import psycopg

ORGANIZATION = "org_floor"
FIND_DEFAULT_AGENT = b"""
SELECT id, name, type, profile_id, assistant_id, created_at, deleted_at FROM agents
WHERE organization_id = $1 AND is_default AND deleted_at IS NULL FOR KEY SHARE
"""
FIND_CONVERSATION = b"""
SELECT id FROM conversations
WHERE organization_id = $1 AND channel_type = 'api' AND channel_id = 'default'
    AND channel_user_id = $2
"""
CREATE_CONVERSATION = b"""
INSERT INTO conversations (organization_id, id, channel_type, channel_id, channel_user_id,
    contact_id, current_session_id, last_message_id, last_message_at, created_at)
VALUES ($1, $2, 'api', 'default', $3, $3, $4, NULL, NULL, $5)
"""
CREATE_SESSION = b"""
INSERT INTO sessions (organization_id, id, conversation_id, contact_id, contact_name, thread_id,
    status, agent_id, ending_survey_submission_id, metadata, epoch, last_position, created_at,
    updated_at, closed_at)
VALUES ($1, $2, $3, $4, $5, NULL, 'open', NULL, NULL, '{}', 1, 0, $6, NULL, NULL)
"""
LOCK_SESSION = b"""
SELECT held.id, held.conversation_id, held.contact_id, held.contact_name, held.thread_id,
    held.status, held.ending_survey_submission_id, held.metadata, held.epoch, held.last_position,
    held.created_at, held.updated_at, held.closed_at, held.agent_id, agents.name, agents.type,
    agents.profile_id, agents.assistant_id, agents.created_at
FROM (SELECT * FROM sessions WHERE organization_id = $1 AND id = $2 FOR UPDATE) AS held
LEFT JOIN agents ON agents.organization_id = held.organization_id AND agents.id = held.agent_id
"""
CREATE_MESSAGE = b"""
INSERT INTO messages (organization_id, id, session_id, conversation_id, position, role, content,
    agent_id, run_id, provider_message_id, replied_provider_message_id, delivery_status,
    delivery_error_code, delivery_error_message, delivered_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'user', $6, NULL, NULL, NULL, NULL, 'delivered', NULL, NULL, NULL, $7,
    NULL)
"""
UPDATE_POSITION = b"""
UPDATE sessions SET epoch = $1, last_position = $2 WHERE organization_id = $3 AND id = $4
"""
UPDATE_CONVERSATION = b"""
UPDATE conversations SET last_message_id = $1, last_message_at = $2
WHERE organization_id = $3 AND id = $4
"""
CREATE_EVENT = b"""
INSERT INTO events (organization_id, id, position, type, object_id, data, request_id, created_at)
VALUES ($1, $2, NULL, $3, $4, $5, $6, $7)
"""

NEWEST_SESSIONS = b"""
SELECT id, organization_id, conversation_id, contact_id, contact_name, status, metadata, epoch,
    created_at, closed_at, agent_id
FROM sessions WHERE organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT 100
"""

_numbers = itertools.count()


def create_session(cursor: psycopg.RawCursor[tuple[Any, ...]], body: dict[str, Any]) -> str:
    now = time.time_ns() // 1000
    contact_id, session_id, conversation_id = body["contact_id"], new("sess"), new("conv")
    with cursor.connection.transaction():
        cursor.execute(FIND_DEFAULT_AGENT, [ORGANIZATION]).fetchone()
        found = cursor.execute(FIND_CONVERSATION, [ORGANIZATION, contact_id]).fetchone()
        assert found is None, "every session of the load is of a new contact"
        cursor.execute(
            CREATE_CONVERSATION, [ORGANIZATION, conversation_id, contact_id, session_id, now]
        )
        name = body["contact_name"]
        cursor.execute(
            CREATE_SESSION, [ORGANIZATION, session_id, conversation_id, contact_id, name, now]
        )
        announce(cursor, "session.created", session_id, body, now)
    return session_id


def create_message(cursor: psycopg.RawCursor[tuple[Any, ...]], body: dict[str, Any]) -> str:
    now = time.time_ns() // 1000
    session_id, message_id = body["session_id"], new("msg")
    with cursor.connection.transaction():
        session = cursor.execute(LOCK_SESSION, [ORGANIZATION, session_id]).fetchone()
        assert session is not None, "the load posts to sessions that it has created"
        conversation_id, epoch, position = session[1], session[8], session[9] + 1
        content = json.dumps(body["content"])
        cursor.execute(
            CREATE_MESSAGE,
            [ORGANIZATION, message_id, session_id, conversation_id, position, content, now],
        )
        cursor.execute(UPDATE_POSITION, [epoch, position, ORGANIZATION, session_id])
        cursor.execute(UPDATE_CONVERSATION, [message_id, now, ORGANIZATION, conversation_id])
        announce(cursor, "message.created", message_id, body, now)
    return message_id


def list_newest(cursor: psycopg.RawCursor[tuple[Any, ...]], body: dict[str, Any]) -> list[Any]:
    """A page of whichever organization the body names."""
    return cursor.execute(NEWEST_SESSIONS, [body["organization_id"]]).fetchall()


def announce(
    cursor: psycopg.RawCursor[tuple[Any, ...]],
    type: str,
    object_id: str,
    body: dict[str, Any],
    now: int,
) -> None:
    data = json.dumps({"object": body}).encode()
    event = [ORGANIZATION, new("evt"), type, object_id, data, None, now]
    cursor.execute(CREATE_EVENT, event)


def new(prefix: str) -> str:
    """An id that grows, so that it is inserted at the end of its index."""
    return f"{prefix}_{time.time_ns():016x}{next(_numbers):08x}"
