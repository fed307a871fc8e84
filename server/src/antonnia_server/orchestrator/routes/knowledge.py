"""The paths of knowledge bases."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.orchestrator.types import (
    Knowledge,
    KnowledgeCreate,
    KnowledgeDecide,
    KnowledgeList,
    KnowledgeMatch,
    KnowledgeSearch,
    KnowledgeUpdate,
    Verdict,
)
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import ask, read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import KnowledgeInUse
from ..knowledge.errors import KnowledgeNameTaken, KnowledgeNotFound

router = APIRouter(tags=["knowledge"])
_BASES = TypeAdapter(list[Knowledge])
_MATCHES = TypeAdapter(list[KnowledgeMatch])


@router.post(
    "/knowledge",
    **describes(
        Knowledge,
        permission="orchestrator:write",
        body=KnowledgeCreate,
        status=201,
        raises=[KnowledgeNameTaken, IdempotencyKeyReused],
    ),
)
async def create_knowledge(request: Request) -> Response:
    """Make an empty knowledge base."""
    return await write(request, service.create_knowledge, body=KnowledgeCreate, status=201)


@router.post(
    "/knowledge/search",
    **describes(list[Knowledge], permission="orchestrator:read", body=KnowledgeList),
)
async def search_knowledge(request: Request) -> Response:
    """List knowledge bases from the oldest to the newest."""
    return await search(request, service.search_knowledge, body=KnowledgeList, items=_BASES)


@router.get(
    "/knowledge/{knowledge_id}",
    **describes(Knowledge, permission="orchestrator:read", raises=[KnowledgeNotFound]),
)
async def get_knowledge(request: Request, knowledge_id: str) -> Response:
    """Read a knowledge base."""
    return await read(request, service.get_knowledge, knowledge_id)


@router.patch(
    "/knowledge/{knowledge_id}",
    **describes(
        Knowledge,
        permission="orchestrator:write",
        body=KnowledgeUpdate,
        raises=[KnowledgeNotFound, KnowledgeNameTaken],
    ),
)
async def update_knowledge(request: Request, knowledge_id: str) -> Response:
    """Change the name of a knowledge base."""
    return await write(request, service.update_knowledge, knowledge_id, body=KnowledgeUpdate)


@router.delete(
    "/knowledge/{knowledge_id}",
    **describes(
        None,
        permission="orchestrator:write",
        status=204,
        raises=[KnowledgeNotFound, KnowledgeInUse],
    ),
)
async def delete_knowledge(request: Request, knowledge_id: str) -> Response:
    """Delete a knowledge base that no assistant answers from, with its entries and gaps."""
    return await write(request, service.delete_knowledge, knowledge_id, status=204)


@router.post(
    "/knowledge/{knowledge_id}/search",
    **describes(
        list[KnowledgeMatch],
        permission="orchestrator:read",
        body=KnowledgeSearch,
        raises=[KnowledgeNotFound],
    ),
)
async def search_matches(request: Request, knowledge_id: str) -> Response:
    """Find the entries that may answer a question, the most confident first."""
    return await search(
        request, service.search_matches, knowledge_id, body=KnowledgeSearch, items=_MATCHES
    )


@router.post(
    "/knowledge/{knowledge_id}/decide",
    **describes(
        Verdict, permission="orchestrator:read", body=KnowledgeDecide, raises=[KnowledgeNotFound]
    ),
)
async def decide(request: Request, knowledge_id: str) -> Response:
    """Say what an assistant with this base alone would do with a question."""
    return await ask(request, service.decide, knowledge_id, body=KnowledgeDecide)
