"""Calls our routes without the framework's machinery between.

FastAPI describes the routes and serves everything unusual: the document, the errors of paths and
methods. But its own way to an endpoint costs more than everything that we do for a write. Our
endpoints take the raw request and the ids of their path, and return a response: so this finds them
by their path and calls them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, cast
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .permissions import permission_of
from .refusal import MethodNotAllowed, PathNotFound

_Endpoint = Callable[..., Awaitable[Response]]
_PARAMETER = re.compile(r"\{(\w+)\}")


class _Route(NamedTuple):
    # The fixed segments by their index, and the names of the others by theirs.
    fixed: tuple[tuple[int, str], ...]
    parameters: tuple[tuple[int, str], ...]
    endpoint: _Endpoint
    # What it is called in figures: its method, and its path with the names of its parameters.
    name: tuple[str, str]
    permission: str
    # What the audit log calls it.
    operation: str

    def leads_to(self, segments: list[str]) -> bool:
        return all(segments[index] == part for index, part in self.fixed) and all(
            segments[index] for index, _ in self.parameters
        )


def _segments(raw_path: bytes) -> list[str]:
    """The path's segments, as text that any storage can be asked for.

    Raises:
        PathNotFound: The path holds NUL, or is not UTF-8. Nothing that is stored has such an id,
            and not every storage can even compare with one.
    """
    # Parted before it is decoded: an encoded slash belongs to an id and parts nothing.
    parts = raw_path.split(b"/")
    if b"%" in raw_path:
        parts = [unquote_to_bytes(part) for part in parts]
    try:
        segments = [part.decode() for part in parts]
    except UnicodeDecodeError:
        raise PathNotFound("There is nothing at a path that is not UTF-8.") from None
    if any("\0" in segment for segment in segments):
        raise PathNotFound("There is nothing at a path with a NUL character.")
    return segments


class Dispatch:
    """ASGI application in front of FastAPI's.

    It is not made of a route that does not declare its permission.
    """

    def __init__(self, app: FastAPI, routers: Iterable[tuple[str, APIRouter]]) -> None:
        self._app = app
        self._fallback: ASGIApp = app
        self._routes: dict[tuple[str, int], list[_Route]] = {}
        for prefix, router in routers:
            for route in router.routes:
                assert isinstance(route, APIRoute), "only plain routes are dispatched"
                self._add(prefix + route.path, route)

    def _add(self, path: str, route: APIRoute) -> None:
        endpoint = cast(_Endpoint, route.endpoint)
        permission = permission_of(route)
        segments = path.split("/")
        fixed = [(i, part) for i, part in enumerate(segments) if not _PARAMETER.fullmatch(part)]
        parameters = [(i, part[1:-1]) for i, part in enumerate(segments) if (i, part) not in fixed]
        for method in route.methods or ():
            routes = self._routes.setdefault((method, len(segments)), [])
            name = (method, path)
            routes.append(
                _Route(
                    tuple(fixed),
                    tuple(parameters),
                    endpoint,
                    name,
                    permission,
                    route.endpoint.__name__,
                )
            )
            # `/sessions/search` comes before `/sessions/{session_id}`.
            routes.sort(key=lambda route: len(route.parameters))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._fallback(scope, receive, send)
            return
        raw_path: bytes = scope["raw_path"]
        segments = _segments(raw_path)
        for route in self._routes.get((scope["method"], len(segments)), ()):
            if route.leads_to(segments):
                scope["app"] = self._app
                scope["antonnia_route"] = route.name
                scope["antonnia_permission"] = route.permission
                scope["antonnia_operation"] = route.operation
                ids = {name: segments[index] for index, name in route.parameters}
                response = await route.endpoint(Request(scope, receive), **ids)
                await response(scope, receive, send)
                return
        allowed = self._methods_of(segments)
        if allowed:
            raise MethodNotAllowed(scope["path"], scope["method"], allowed)
        if b"%" in raw_path:
            # The framework would part the path after decoding it, and find another route.
            raise PathNotFound(f"There is nothing at {scope['path']}.")
        await self._fallback(scope, receive, send)

    def _methods_of(self, segments: list[str]) -> set[str]:
        """What the path takes; the framework would name the methods of one route only."""
        found = [
            (len(route.parameters), method)
            for (method, length), routes in self._routes.items()
            for route in routes
            if length == len(segments) and route.leads_to(segments)
        ]
        fewest = min(found, default=(0, ""))[0]
        # `/sessions/search` is not the session of that id.
        return {method for parameters, method in found if parameters == fewest}
