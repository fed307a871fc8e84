"""What a token may do: what the route declares, and nothing without a declaration."""

from __future__ import annotations

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from in_process import Server
from starlette.requests import Request
from starlette.responses import Response

from antonnia_server.http.dispatch import Dispatch
from antonnia_server.http.documents import describes
from antonnia_server.http.permissions import PERMISSIONS, UndeclaredPermission, granted_by

SESSIONS = "/conversations/v2/sessions"
CONTACT = {"contact_id": "c", "contact_name": "C"}


async def test_a_token_may_do_what_its_permissions_say(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=["conversations:write"])

    async with server.http(token) as http:
        created = await http.post(SESSIONS, json=CONTACT)
        read = await http.get(f"{SESSIONS}/{created.json()['id']}")
        unprefixed = await http.post("/sessions", json=CONTACT)

    assert (created.status_code, read.status_code, unprefixed.status_code) == (201, 200, 201)


@pytest.mark.parametrize("path", [SESSIONS, "/sessions"])
async def test_a_refusal_names_the_permission_that_is_missing(server: Server, path: str) -> None:
    token = await server.create_token(server.ours, permissions=["conversations:read"])

    async with server.http(token) as http:
        refused = await http.post(path, json=CONTACT)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (403, "permission_denied")
    assert "`conversations:write`" in problem["detail"]
    assert server.rows("sessions") == []


async def test_who_may_not_is_refused_before_the_body_is_read(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=["events:admin"])

    async def body() -> object:
        raise AssertionError("the body was asked for")
        yield b""

    async with server.http(token) as http:
        refused = await http.post(SESSIONS, content=body())  # type: ignore[arg-type]  # never asked

    assert refused.status_code == 403


async def test_a_permission_of_one_service_is_none_of_another(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=["orchestrator:admin"])

    async with server.http(token) as http:
        allowed = await http.post("/orchestrator/v1/knowledge/search")
        refused = await http.post(f"{SESSIONS}/search")

    assert (allowed.status_code, refused.status_code) == (200, 403)


async def test_a_token_without_permissions_is_one_all_the_same(server: Server) -> None:
    token = await server.create_token(server.ours, permissions=[])

    async with server.http(token) as http:
        refused = await http.post(f"{SESSIONS}/search")

    assert refused.status_code == 403


def test_a_level_holds_those_below_it() -> None:
    of_auth = {each for each in granted_by(["auth:write"]) if ":" in each}

    assert of_auth == {"auth:read", "auth:write"}
    assert granted_by(["*"]) >= set(PERMISSIONS)
    assert not granted_by(["something:else"]) & set(PERMISSIONS)


async def endpoint(request: Request) -> Response:
    return Response()


def test_a_route_without_a_declared_permission_does_not_start() -> None:
    router = APIRouter()
    router.get("/things")(endpoint)

    with pytest.raises(UndeclaredPermission) as refused:
        Dispatch(FastAPI(), [("/v1", router)])

    assert "GET /things (endpoint) declares None as its permission" in str(refused.value)
    assert "describes(…, permission=…)" in str(refused.value)


@pytest.mark.parametrize("permission", ["conversations:wirte", "", "everything"])
def test_neither_does_one_with_a_permission_that_does_not_exist(permission: str) -> None:
    router = APIRouter()
    router.get("/things", **describes(None, permission=permission))(endpoint)

    with pytest.raises(UndeclaredPermission):
        Dispatch(FastAPI(), [("/v1", router)])


async def test_the_document_names_the_permission_of_every_operation(
    http: httpx.AsyncClient,
) -> None:
    document = (await http.get("/openapi.json")).json()

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            permission = operation["x-permission"]
            said = "`permission_denied`" in operation["responses"].get("403", {}).get(
                "description", ""
            )
            assert said == (permission in PERMISSIONS), f"{method} {path}"
