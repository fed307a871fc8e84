"""The paths of the gaps of a knowledge base."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.orchestrator.types import Gap, GapAnswer, GapDismiss, GapSearch
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search, write
from antonnia_server.http.refusal import IdempotencyKeyReused

from .. import service
from ..errors import EntryFull, GapAnswered, GapNotFound
from ..knowledge.errors import EntryNotFound, KnowledgeNotFound

router = APIRouter(prefix="/knowledge/{knowledge_id}/gaps", tags=["knowledge"])
_GAPS = TypeAdapter(list[Gap])


@router.post(
    "/search",
    **describes(
        list[Gap], permission="orchestrator:read", body=GapSearch, raises=[KnowledgeNotFound]
    ),
)
async def search_gaps(request: Request, knowledge_id: str) -> Response:
    """List gaps of one status, the most asked or the newest first."""
    return await search(request, service.search_gaps, knowledge_id, body=GapSearch, items=_GAPS)


@router.get(
    "/{gap_id}",
    **describes(Gap, permission="orchestrator:read", raises=[KnowledgeNotFound, GapNotFound]),
)
async def get_gap(request: Request, knowledge_id: str, gap_id: str) -> Response:
    """Read a gap."""
    return await read(request, service.get_gap, knowledge_id, gap_id)


@router.post(
    "/{gap_id}/answer",
    **describes(
        Gap,
        permission="orchestrator:write",
        body=GapAnswer,
        raises=[
            KnowledgeNotFound,
            GapNotFound,
            EntryNotFound,
            GapAnswered,
            EntryFull,
            IdempotencyKeyReused,
        ],
    ),
)
async def answer_gap(request: Request, knowledge_id: str, gap_id: str) -> Response:
    """Answer a gap with a text, which becomes an entry, or with an entry that is there."""
    return await write(request, service.answer_gap, knowledge_id, gap_id, body=GapAnswer)


@router.post(
    "/{gap_id}/dismiss",
    **describes(
        Gap,
        permission="orchestrator:write",
        body=GapDismiss,
        raises=[KnowledgeNotFound, GapNotFound, GapAnswered, IdempotencyKeyReused],
    ),
)
async def dismiss_gap(request: Request, knowledge_id: str, gap_id: str) -> Response:
    """Put a gap aside that needs no answer."""
    return await write(request, service.dismiss_gap, knowledge_id, gap_id, body=GapDismiss)
