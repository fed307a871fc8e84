"""The paths of sessions."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.conversations.types import (
    Session,
    SessionCreate,
    SessionFinish,
    SessionReply,
    SessionSearch,
    SessionTransfer,
    SessionUpdate,
)
from antonnia_server.auth.service import OrganizationNotFound
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import (
    AgentNotAI,
    AgentNotFound,
    EpochChanged,
    NoAgent,
    SessionClosed,
    SessionNotFound,
    SurveyNotFound,
)

router = APIRouter(tags=["sessions"])
_SESSIONS = TypeAdapter(list[Session])


@router.post(
    "/sessions",
    **describes(
        Session,
        permission="conversations:write",
        body=SessionCreate,
        status=201,
        raises=[AgentNotFound, IdempotencyKeyReused],
    ),
)
async def create_session(request: Request) -> Response:
    """Begin a session with a contact."""
    return await write(request, service.create_session, body=SessionCreate, status=201)


@router.post(
    "/sessions/search",
    **describes(list[Session], permission="conversations:read", body=SessionSearch),
)
async def search_sessions(request: Request) -> Response:
    """List sessions from the newest to the oldest."""
    return await search(request, service.search_sessions, body=SessionSearch, items=_SESSIONS)


@router.get(
    "/sessions/{session_id}",
    **describes(Session, permission="conversations:read", raises=[SessionNotFound]),
)
async def get_session(request: Request, session_id: str) -> Response:
    """Read a session."""
    return await read(request, service.get_session, session_id)


@router.patch(
    "/sessions/{session_id}",
    **describes(
        Session,
        permission="conversations:write",
        body=SessionUpdate,
        raises=[
            SessionNotFound,
            AgentNotFound,
            OrganizationNotFound,
            EpochChanged,
            SessionClosed,
        ],
    ),
)
async def update_session(request: Request, session_id: str) -> Response:
    """Change fields of a session; `metadata` replaces the whole object."""
    return await write(request, service.update_session, session_id, body=SessionUpdate)


@router.post(
    "/sessions/{session_id}/transfer",
    **describes(
        Session,
        permission="conversations:write",
        body=SessionTransfer,
        raises=[SessionNotFound, AgentNotFound, EpochChanged, SessionClosed, IdempotencyKeyReused],
    ),
)
async def transfer_session(request: Request, session_id: str) -> Response:
    """Give an open session to another agent, or to nobody: it then waits for a person."""
    return await write(request, service.transfer_session, session_id, body=SessionTransfer)


@router.post(
    "/sessions/{session_id}/finish",
    **describes(
        Session,
        permission="conversations:write",
        body=SessionFinish,
        raises=[SessionNotFound, EpochChanged, SurveyNotFound, IdempotencyKeyReused],
    ),
)
async def finish_session(request: Request, session_id: str) -> Response:
    """Close a session."""
    return await write(request, service.finish_session, session_id, body=SessionFinish)


@router.post(
    "/sessions/{session_id}/reply",
    **describes(
        Session,
        permission="conversations:write",
        body=SessionReply,
        raises=[
            SessionNotFound,
            EpochChanged,
            SessionClosed,
            NoAgent,
            AgentNotAI,
            IdempotencyKeyReused,
        ],
    ),
)
async def reply_to_session(request: Request, session_id: str) -> Response:
    """Have the session's AI agent answer in the background, `debounce_time` seconds from now."""
    return await write(request, service.reply_to_session, session_id, body=SessionReply)
