"""The outermost layer of a request: its id, and every refusal as `application/problem+json`."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antonnia_server import ids
from antonnia_server.db import NameHeld, StorageFailed
from antonnia_server.rare_log import RareLog

from .refusal import (
    BadRequest,
    BodyTooLarge,
    InvalidToken,
    MethodNotAllowed,
    Overloaded,
    PathNotFound,
    Refusal,
    TokenExpired,
    TokenRevoked,
)
from .storage_refusal import refusal_of

logger = logging.getLogger("antonnia.server")
_rare = RareLog(logger)
_STOPPING = Overloaded(
    "The server stops before this was done. Repeat it, with its Idempotency-Key if it had one.",
    retry_after_seconds=1,
)
# An id or a path in a detail is the caller's own, and may be as long as a request can be.
_MAX_DETAIL_CHARACTERS = 1000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# What is counted of a request: method, route, status, seconds.
Count = Callable[[str, str, int, float], None]


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, count: Count) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        began = perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            logger.debug("the client of request %s hung up", request_id)
        except asyncio.CancelledError:
            # The server stops, and this request has had its time. Nobody waits for this task.
            if not status:
                await problem(_STOPPING, request_id)(scope, receive, send_with_id)
        except Exception as error:
            if status:
                # The status is already on its way; all that is left is to break the connection.
                raise
            response = problem(_as_refusal(error, request_id), request_id)
            await response(scope, receive, send_with_id)
        finally:
            if status:
                # A path that no route is found for may be anything, and so may its method.
                method, route = scope.get("antonnia_route", ("none", "none"))
                self._count(method, route, status, perf_counter() - began)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if _REQUEST_ID.fullmatch(given):
                return str(given)
    return ids.new("req")


def _as_refusal(error: Exception, request_id: str) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, StorageFailed):
        # Every request meets a disk that is full; the database logs what is wrong with it.
        _rare.log(logging.ERROR, "storage failed in request %s: %s", request_id, error)
        return refusal_of(error)
    if isinstance(error, NameHeld):
        return Overloaded("Somebody else is changing the same; try again in a moment.")
    logger.error("request %s failed", request_id, exc_info=error)
    return Refusal(f"Something went wrong on our side. It is logged with request {request_id}.")


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The framework's own refusals, said in ours."""
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == 404:
        refusal: Refusal = PathNotFound(f"There is nothing at {path}.")
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "").split(", ")
        refusal = MethodNotAllowed(path, request.method, allowed)
    else:
        refusal = BadRequest(str(error.detail))
    return problem(refusal, request.scope["request_id"])


def problem(
    refusal: Refusal, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A refusal as RFC 9457 wants it."""
    content: dict[str, Any] = {
        "type": f"urn:antonnia:error:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": _shortened(refusal.detail),
        "code": refusal.code,
        "request_id": request_id,
    }
    sent = dict(headers or {})
    if refusal.errors:
        content["errors"] = refusal.errors
    if refusal.retry_after_seconds is not None:
        content["retry_after"] = refusal.retry_after_seconds
        sent["retry-after"] = str(refusal.retry_after_seconds)
    if isinstance(refusal, BodyTooLarge):
        # The rest of the body is not read, so what follows it cannot be either.
        sent["connection"] = "close"
    if isinstance(refusal, InvalidToken | TokenExpired | TokenRevoked):
        sent["www-authenticate"] = "Bearer"
    if isinstance(refusal, MethodNotAllowed):
        sent["allow"] = ", ".join(refusal.allowed)
    return Response(
        json.dumps(content, ensure_ascii=True),
        refusal.status,
        headers=sent,
        media_type="application/problem+json",
    )


def _shortened(detail: str) -> str:
    if len(detail) <= _MAX_DETAIL_CHARACTERS:
        return detail
    return detail[: _MAX_DETAIL_CHARACTERS - 1] + "…"
