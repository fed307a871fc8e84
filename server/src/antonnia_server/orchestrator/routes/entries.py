"""The paths of the entries of a knowledge base."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.orchestrator.types import EntryCreate, EntrySearch, EntryUpdate, KnowledgeEntry
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..knowledge.errors import EntryNotFound, KnowledgeNotFound

router = APIRouter(prefix="/knowledge/{knowledge_id}/entries", tags=["knowledge"])
_ENTRIES = TypeAdapter(list[KnowledgeEntry])


@router.post(
    "",
    **describes(
        KnowledgeEntry,
        permission="orchestrator:write",
        body=EntryCreate,
        status=201,
        raises=[KnowledgeNotFound, IdempotencyKeyReused],
    ),
)
async def create_entry(request: Request, knowledge_id: str) -> Response:
    """Add an entry."""
    return await write(request, service.create_entry, knowledge_id, body=EntryCreate, status=201)


@router.post(
    "/search",
    **describes(
        list[KnowledgeEntry],
        permission="orchestrator:read",
        body=EntrySearch,
        raises=[KnowledgeNotFound],
    ),
)
async def search_entries(request: Request, knowledge_id: str) -> Response:
    """List entries in the order in which they came."""
    return await search(
        request, service.search_entries, knowledge_id, body=EntrySearch, items=_ENTRIES
    )


@router.get(
    "/{entry_id}",
    **describes(
        KnowledgeEntry, permission="orchestrator:read", raises=[KnowledgeNotFound, EntryNotFound]
    ),
)
async def get_entry(request: Request, knowledge_id: str, entry_id: str) -> Response:
    """Read an entry."""
    return await read(request, service.get_entry, knowledge_id, entry_id)


@router.patch(
    "/{entry_id}",
    **describes(
        KnowledgeEntry,
        permission="orchestrator:write",
        body=EntryUpdate,
        raises=[KnowledgeNotFound, EntryNotFound],
    ),
)
async def update_entry(request: Request, knowledge_id: str, entry_id: str) -> Response:
    """Change an entry; `phrasings` replaces them all."""
    return await write(request, service.update_entry, knowledge_id, entry_id, body=EntryUpdate)


@router.delete(
    "/{entry_id}",
    **describes(
        None, permission="orchestrator:write", status=204, raises=[KnowledgeNotFound, EntryNotFound]
    ),
)
async def delete_entry(request: Request, knowledge_id: str, entry_id: str) -> Response:
    """Delete an entry."""
    return await write(request, service.delete_entry, knowledge_id, entry_id, status=204)
