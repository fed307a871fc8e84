"""The operations of `operator` over HTTP, for the commands that are run beside a server.

Only who can read the data directory knows the secret, which is new at each start of the server.
"""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response

from .db import Database
from .http.body import parse_body, read_body
from .http.refusal import InvalidToken, PathNotFound
from .operator import OPERATIONS

router = APIRouter()


@router.post("/{name}")
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
