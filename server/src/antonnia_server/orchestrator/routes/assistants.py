"""The paths of assistants."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.orchestrator.types import (
    Assistant,
    AssistantCreate,
    AssistantSearch,
    AssistantUpdate,
)
from antonnia_server.conversations.service import AssistantNotFound
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import AssistantInUse
from ..knowledge.errors import KnowledgeNotFound

router = APIRouter(tags=["assistants"])
_ASSISTANTS = TypeAdapter(list[Assistant])


@router.post(
    "/assistants",
    **describes(
        Assistant,
        permission="orchestrator:write",
        body=AssistantCreate,
        status=201,
        raises=[KnowledgeNotFound, IdempotencyKeyReused],
    ),
)
async def create_assistant(request: Request) -> Response:
    """Make an assistant that answers from knowledge bases."""
    return await write(request, service.create_assistant, body=AssistantCreate, status=201)


@router.post(
    "/assistants/search",
    **describes(list[Assistant], permission="orchestrator:read", body=AssistantSearch),
)
async def search_assistants(request: Request) -> Response:
    """List assistants from the oldest to the newest."""
    return await search(request, service.search_assistants, body=AssistantSearch, items=_ASSISTANTS)


@router.get(
    "/assistants/{assistant_id}",
    **describes(Assistant, permission="orchestrator:read", raises=[AssistantNotFound]),
)
async def get_assistant(request: Request, assistant_id: str) -> Response:
    """Read an assistant."""
    return await read(request, service.get_assistant, assistant_id)


@router.patch(
    "/assistants/{assistant_id}",
    **describes(
        Assistant,
        permission="orchestrator:write",
        body=AssistantUpdate,
        raises=[AssistantNotFound, KnowledgeNotFound],
    ),
)
async def update_assistant(request: Request, assistant_id: str) -> Response:
    """Change an assistant's name, description or knowledge."""
    return await write(request, service.update_assistant, assistant_id, body=AssistantUpdate)


@router.delete(
    "/assistants/{assistant_id}",
    **describes(
        None,
        permission="orchestrator:write",
        status=204,
        raises=[AssistantNotFound, AssistantInUse],
    ),
)
async def delete_assistant(request: Request, assistant_id: str) -> Response:
    """Delete an assistant that no AI agent has."""
    return await write(request, service.delete_assistant, assistant_id, status=204)
