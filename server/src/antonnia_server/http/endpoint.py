"""What every route does around its one call of a service.

A route takes the raw `Request` and returns bytes: parsing by hand and skipping the framework's
own validation of the answer makes a write 1.3 times as fast, and the answer's bytes are made
inside the transaction anyway, because the idempotency key is stored with them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from antonnia_server.db import Database, Transaction

from .authentication import authenticate, identify
from .caller import Caller
from .idempotency import Answer, answer_of, find_answer, key_of, once
from .intake import HeldBody, Intake
from .pagination import Listing
from .refusal import PermissionDenied

Respond = Callable[[Any], Answer]
# Of the caller and the body: what the service is given besides.
Prepare = Callable[[Caller, Any], Awaitable[dict[str, Any]]]

# What the application writes down of each change: the caller, what was done, what the service
# returned, and the ids of the path.
Record = Callable[[Transaction, Caller, str, Any, tuple[str, ...]], None]


# The caller as they are in this unit of work.
Confirm = Callable[[Transaction, Caller], Caller]


class Items(Protocol):
    """Writes several objects, or one that is no model."""

    def dump_json(self, instance: Any, /) -> bytes: ...


async def write(
    request: Request,
    service: Callable[..., Any],
    *ids: str,
    body: type[BaseModel] | None = None,
    status: int = 200,
    respond: Respond | None = None,
    prepare: Prepare | None = None,
) -> Response:
    """Call `service(tx, caller, *ids[, body])` in a transaction and answer once it is durable.

    `respond` makes the answer of what the service returned, where it is not only that. `prepare`
    does before it what must not be done in a transaction, and may refuse.
    """
    caller = await authenticate(request)
    intake: Intake = request.app.state.intake
    with intake.body() as held:
        raw = await _receive(request, held)
        with intake.requests:
            arguments: tuple[Any, ...] = ids
            given: dict[str, Any] = {}
            if body is not None:
                arguments = (*ids, await intake.parse(raw, body))
            key = key_of(request, raw) if request.method == "POST" else None
            db: Database = request.app.state.db
            record: Record = request.app.state.record
            confirm: Confirm = request.app.state.confirm
            permission: str = request.scope["antonnia_permission"]
            if prepare is not None:
                # What was answered is answered again, whatever would be refused by now.
                if key is not None and (stored := await db.read(find_answer, caller, key)):
                    return _response(stored)
                given = await prepare(caller, arguments[-1])

            def work(tx: Transaction) -> Answer:
                whose = caller
                if permission.startswith("auth:"):
                    whose = confirm(tx, caller)
                    if permission not in whose.permissions:
                        raise PermissionDenied(permission, is_of_user=whose.user_id is not None)
                result = service(tx, whose, *arguments, **given)
                record(tx, whose, request.scope["antonnia_operation"], result, ids)
                return respond(result) if respond is not None else answer_of(result, status)

            with intake.writes:
                answer = await db.write(once, caller, key, work)
    return _response(answer)


async def _receive(request: Request, held: HeldBody) -> bytes:
    """The body. Who sends it slowly may meanwhile be somebody who is let in no more."""
    raw = await held.read(request)
    await identify(request)
    return raw


def _response(answer: Answer) -> Response:
    headers = {"idempotent-replayed": "true"} if answer.is_replayed else None
    media_type = "application/json" if answer.body else None
    return Response(answer.body, answer.status, headers=headers, media_type=media_type)


async def read(
    request: Request,
    service: Callable[..., Any],
    *ids: str,
    items: Items | None = None,
) -> Response:
    """Call `service(tx, caller, *ids)` on a snapshot and answer what it found.

    Several objects at once, or what is no model, are written by `items`.
    """
    caller = await authenticate(request)
    db: Database = request.app.state.db
    intake: Intake = request.app.state.intake
    with intake.requests:
        found = await db.read(service, caller, *ids)
    content = found.model_dump_json() if items is None else items.dump_json(found)
    return Response(content, media_type="application/json")


async def ask(
    request: Request, service: Callable[..., BaseModel], *ids: str, body: type[BaseModel]
) -> Response:
    """Call `service(tx, caller, *ids, body)` on a snapshot and answer the one object it found.

    It changes nothing; the question is too long for a path.
    """
    caller = await authenticate(request)
    intake: Intake = request.app.state.intake
    with intake.body() as held:
        raw = await _receive(request, held)
        with intake.requests:
            question = await intake.parse(raw, body)
            db: Database = request.app.state.db
            found = await db.read(service, caller, *ids, question)
    return Response(found.model_dump_json(), media_type="application/json")


async def search(
    request: Request,
    service: Callable[..., Listing[Any]],
    *ids: str,
    body: type[BaseModel],
    items: Items,
    media_type: str = "application/json",
) -> Response:
    """Call `service(tx, caller, *ids, body)` on a snapshot and answer the page as an array."""
    caller = await authenticate(request)
    intake: Intake = request.app.state.intake
    with intake.body() as held:
        raw = await _receive(request, held)
        with intake.requests:
            query = await intake.parse(raw, body)
            return await _page(
                request, service, caller, *ids, query, items=items, media_type=media_type
            )


async def find_page(
    request: Request, service: Callable[..., Listing[Any]], query: BaseModel, *, items: Items
) -> Response:
    """As `search`, for what is not asked in a body."""
    caller = await authenticate(request)
    intake: Intake = request.app.state.intake
    with intake.requests:
        return await _page(request, service, caller, query, items=items)


async def _page(
    request: Request,
    service: Callable[..., Listing[Any]],
    *arguments: Any,
    items: Items,
    media_type: str = "application/json",
) -> Response:
    def work(tx: Transaction) -> tuple[bytes, str | None]:
        page = service(tx, *arguments)
        # Here, where a large page holds up only other readers.
        return items.dump_json(page.items), page.next_cursor

    db: Database = request.app.state.db
    content, next_cursor = await db.read(work)
    headers = {"x-next-cursor": next_cursor} if next_cursor is not None else None
    return Response(content, headers=headers, media_type=media_type)
