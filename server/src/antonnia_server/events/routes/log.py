"""The paths of the log."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.responses import StreamingResponse

from antonnia.events.types import Event, EventPatterns, EventSearch
from antonnia_server.db import Database
from antonnia_server.http.authentication import authenticate, header_of, identify
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read, search
from antonnia_server.http.intake import Intake
from antonnia_server.http.refusal import ValidationFailed, invalid

from .. import service
from ..errors import EventNotFound, EventsExpired
from ..streaming import Streams

router = APIRouter(tags=["events"])
_PATTERNS: TypeAdapter[list[str]] = TypeAdapter(EventPatterns)
_POSITION = re.compile(r"[0-9]{1,18}")
_STREAM: dict[str, Any] = {
    "parameters": [
        {
            "name": "types",
            "in": "query",
            "description": "Types, with commas between; `session.*` is all of a kind.",
            "schema": {"type": "string"},
        },
        {
            "name": "after",
            "in": "query",
            "description": "The position after which it begins; without it, with what comes.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        },
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The same, as a client sends it that resumes.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        },
    ]
}


class _AsTheyAre:
    """Writes events that are JSON already."""

    def dump_json(self, events: Any) -> bytes:
        return b"[" + b",".join(events) + b"]"


class _AsItIs:
    def dump_json(self, event: Any) -> bytes:
        return bytes(event)


@router.post("/events/search", **describes(list[Event], permission="events:read", body=EventSearch))
async def search_events(request: Request) -> Response:
    """List events in the order in which they happened."""
    return await search(request, service.search_events, body=EventSearch, items=_AsTheyAre())


@router.get(
    "/events/{event_id}", **describes(Event, permission="events:read", raises=[EventNotFound])
)
async def get_event(request: Request, event_id: str) -> Response:
    """Read an event."""
    return await read(request, service.get_event, event_id, items=_AsItIs())


@router.get(
    "/stream",
    response_class=StreamingResponse,
    **describes(
        None,
        permission="events:read",
        raises=[EventsExpired, ValidationFailed],
        parameters=_STREAM["parameters"],
    ),
)
async def stream(request: Request) -> Response:
    """Follow the log: server-sent events, whose `id` is the position to resume from."""
    caller = await authenticate(request)
    types, after = _types_of(request), _position_of(request)
    streams: Streams = request.app.state.streams
    intake: Intake = request.app.state.intake
    db: Database = request.app.state.db
    with intake.requests:
        position = await db.read(service.begin_to_follow, caller, after)
    give_back = streams.take_place(caller)
    events = streams.follow(caller, position, types, who_asks=lambda: identify(request))
    return _Following(events, give_back)


class _Following(StreamingResponse):
    """A stream whose place is given back however it ends."""

    def __init__(self, events: AsyncGenerator[bytes], give_back: Callable[[], None]) -> None:
        super().__init__(
            events,
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        self._events = events
        self._give_back = give_back

    async def __call__(self, *arguments: Any) -> None:
        try:
            await super().__call__(*arguments)
        finally:
            await self._events.aclose()
            self._give_back()


def _types_of(request: Request) -> list[str]:
    given = request.query_params.getlist("types")
    names = [name for part in given for name in part.split(",")]
    try:
        return _PATTERNS.validate_python(names or ["*"])
    except ValidationError:
        raise invalid(
            ["query", "types"], "must be types such as session.created, session.* or *"
        ) from None


def _position_of(request: Request) -> int | None:
    """Where to go on; what a client resumes with is newer than what it began with."""
    given = [(["header", "Last-Event-ID"], header_of(request, "Last-Event-ID"))]
    given += [(["query", "after"], each) for each in request.query_params.getlist("after")]
    positions: list[int] = []
    for loc, value in given:
        if value is None or value == "":
            continue
        if not _POSITION.fullmatch(value):
            raise invalid(loc, "must be the position of an event, such as 17")
        positions.append(int(value))
    return positions[0] if positions else None
