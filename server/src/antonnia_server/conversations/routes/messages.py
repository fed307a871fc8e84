"""The paths of messages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.conversations.types import Message, MessageCreate, MessageSearch, MessageUpdate
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.idempotency import Answer, answer_of
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import (
    AgentNotFound,
    EpochChanged,
    MessageNotFound,
    ProviderMessageIdConflict,
    SessionClosed,
    SessionNotFound,
)
from ..service import PostedMessage

router = APIRouter(tags=["messages"])
_MESSAGES = TypeAdapter(list[Message])


def _posted(posted: PostedMessage) -> Answer:
    return answer_of(posted.message, 201 if posted.is_new else 200)


@router.post(
    "/sessions/{session_id}/messages",
    **describes(
        Message,
        permission="conversations:write",
        body=MessageCreate,
        status=201,
        raises=[
            SessionNotFound,
            AgentNotFound,
            ProviderMessageIdConflict,
            EpochChanged,
            SessionClosed,
            IdempotencyKeyReused,
        ],
        also={200: "The message with this `provider_message_id` was there already"},
    ),
)
async def create_message(request: Request, session_id: str) -> Response:
    """Post a message of the contact or of an agent."""
    return await write(
        request, service.create_message, session_id, body=MessageCreate, respond=_posted
    )


@router.post(
    "/sessions/{session_id}/messages/search",
    **describes(
        list[Message], permission="conversations:read", body=MessageSearch, raises=[SessionNotFound]
    ),
)
async def search_session_messages(request: Request, session_id: str) -> Response:
    """List messages of a session in the order of their position."""
    return await search(
        request, service.search_session_messages, session_id, body=MessageSearch, items=_MESSAGES
    )


@router.post(
    "/messages/search",
    **describes(list[Message], permission="conversations:read", body=MessageSearch),
)
async def search_messages(request: Request) -> Response:
    """List messages of all sessions, session by session, in the order of their position."""
    return await search(request, service.search_messages, body=MessageSearch, items=_MESSAGES)


@router.get(
    "/sessions/{session_id}/messages/{message_id}",
    **describes(
        Message, permission="conversations:read", raises=[SessionNotFound, MessageNotFound]
    ),
)
async def get_message(request: Request, session_id: str, message_id: str) -> Response:
    """Read a message."""
    return await read(request, service.get_message, session_id, message_id)


@router.patch(
    "/sessions/{session_id}/messages/{message_id}",
    **describes(
        Message,
        permission="conversations:write",
        body=MessageUpdate,
        raises=[SessionNotFound, MessageNotFound, ProviderMessageIdConflict, EpochChanged],
    ),
)
async def update_message(request: Request, session_id: str, message_id: str) -> Response:
    """Record what a channel reports about a message."""
    return await write(request, service.update_message, session_id, message_id, body=MessageUpdate)
