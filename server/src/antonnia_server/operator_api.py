"""The operations of `operator` over HTTP, for the commands that are run beside a server.

Only who can read the data directory knows the secret, which is new at each start of the server.
"""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response

from .db import Database
from .events.changes import Changes
from .http.body import parse_body, read_body
from .http.permissions import PUBLIC, declares
from .http.refusal import InvalidToken, PathNotFound
from .operator import OPERATIONS
from .operator_log import LogPage, LogQuestion, read_log

router = APIRouter()

# How long who follows the log is kept waiting; shorter than the server takes to stop.
FOLLOW_SECONDS = 2.0


@router.post("/read_log", openapi_extra=declares(PUBLIC))
async def follow_log(request: Request) -> Response:
    """The next entries of the log, as soon as there are any."""
    _authenticate(request)
    question = parse_body(await read_body(request), LogQuestion)
    db: Database = request.app.state.db
    changes: Changes = request.app.state.log_changes

    def is_news(page: LogPage) -> bool:
        return bool(page.entries) or page.position != question.after

    page = await changes.first(lambda: db.read(read_log, question), is_news, FOLLOW_SECONDS)
    return Response(page.model_dump_json(), media_type="application/json")


@router.post("/{name}", openapi_extra=declares(PUBLIC))
async def operate(request: Request, name: str) -> Response:
    """Do one operation and answer once it is durable."""
    _authenticate(request)
    operation = OPERATIONS.get(name)
    if operation is None:
        raise PathNotFound(f"There is no operation {name!r}.")
    order = parse_body(await read_body(request), operation.order)
    db: Database = request.app.state.db
    answer = await db.write(operation.work, order)
    return Response(answer.model_dump_json(), media_type="application/json")


def _authenticate(request: Request) -> None:
    expected = f"Bearer {request.app.state.operator_secret}".encode()
    given = request.headers.get("authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(given, expected):
        raise InvalidToken("This is for the operator of the server only.")
