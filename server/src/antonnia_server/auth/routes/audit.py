"""The paths of the audit log."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.auth.types import AuditEntry, AuditExport, AuditSearch
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import search

from ..service import audit as service

router = APIRouter(tags=["audit"])
_ENTRIES = TypeAdapter(list[AuditEntry])


class _JsonLines(Response):
    media_type = "application/jsonl"


class _Lines:
    """Writes each entry as a line of its own."""

    def dump_json(self, entries: Any) -> bytes:
        return b"".join(entry.model_dump_json().encode() + b"\n" for entry in entries)


@router.post(
    "/audit/search", **describes(list[AuditEntry], permission="auth:admin", body=AuditSearch)
)
async def search_audit(request: Request) -> Response:
    """List who did what, from the newest to the oldest."""
    return await search(request, service.search_audit, body=AuditSearch, items=_ENTRIES)


@router.post(
    "/audit/export",
    response_class=_JsonLines,
    **describes(None, permission="auth:admin", body=AuditExport),
)
async def export_audit(request: Request) -> Response:
    """Read who did what as JSON Lines, from the newest to the oldest, a page at a time."""
    return await search(
        request,
        service.export_audit,
        body=AuditExport,
        items=_Lines(),
        media_type="application/jsonl",
    )
