"""Every operation of the document, asked by everyone who may not.

Operations, permissions and the ids in paths and bodies are taken from the OpenAPI document: a new
route is in the matrix without a word here. Only a new kind of object needs a line in `TABLES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from given_platform import given_message, given_session
from given_webhooks import Webhooks
from in_process import UNANSWERABLE, Clock, Organization, Server

from antonnia.conversations import Conversations
from antonnia_server.auth import service as auth
from antonnia_server.auth.secrets import new_secret
from antonnia_server.clock import SECOND
from antonnia_server.http.permissions import IDENTIFIED, PERMISSIONS, PUBLIC, granted_by

Json = dict[str, Any]
# Where the objects lie whose ids requests name.
TABLES = {
    "session_id": "sessions",
    "message_id": "messages",
    "agent_id": "agents",
    "assistant_id": "assistants",
    "knowledge_id": "knowledge_bases",
    "entry_id": "knowledge_entries",
    "gap_id": "gaps",
    "run_id": "runs",
    "webhook_id": "webhooks",
    "delivery_id": "deliveries",
    "event_id": "events",
    "token_id": "tokens",
    "user_id": "members",
    "member_id": "members",
    "organization_id": "organizations",
}
# What a body needs by a rule that no schema says.
RULES = {"answer_gap": {"text": "a"}}
# Tests of its own read what is streamed.
ENDLESS = ("/events/v1/stream",)
# Kept as it is given, like an id of a provider: nothing is looked up with it.
OPAQUE = {("create_message", "run_id")}


class Operation(NamedTuple):
    method: str
    path: str
    described: Json

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def permission(self) -> str:
        permission: str = self.described["x-permission"]
        return permission

    @property
    def names(self) -> list[str]:
        """The ids in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def verb(self) -> str:
        """What it does, as the audit log calls it."""
        name: str = self.described["operationId"]
        return name.partition("_" + self.path.strip("/").split("/")[0])[0]

    def at(self, ids: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], self.path)


class Matrix:
    """The operations of a document that ask for a token, and bodies that they take."""

    def __init__(self, document: Json) -> None:
        self._schemas: Json = document["components"]["schemas"]
        every = [
            Operation(method.upper(), path, described)
            for path, methods in document["paths"].items()
            for method, described in methods.items()
        ]
        self.operations = [each for each in every if each.permission != PUBLIC]

    def body_of(self, operation: Operation) -> Any:
        """The smallest body that the operation takes; None if it takes none."""
        schema = self._body_schema(operation)
        if schema is None:
            return None
        return {**self._smallest(schema), **RULES.get(operation.verb, {})}

    def bodies_with_ids(self, operation: Operation) -> Iterator[tuple[str, Any]]:
        """For each id that a body may hold, its name, and such a body with `ID` in its place."""
        schema = self._body_schema(operation)
        if schema is None:
            return
        for name, described in self._properties(schema).items():
            if (operation.verb, name) in OPAQUE:
                continue
            if name in TABLES:
                yield name, {**self._smallest(schema), name: "ID"}
            elif name.removesuffix("s") in TABLES:
                yield name.removesuffix("s"), {**self._smallest(schema), name: ["ID"]}
            elif name == "fields":
                for inner in self._properties(described):
                    if inner in TABLES:
                        yield inner, {"fields": {inner: "ID"}}

    def _body_schema(self, operation: Operation) -> Json | None:
        content = operation.described.get("requestBody", {}).get("content", {})
        schema: Json | None = content.get("application/json", {}).get("schema")
        return schema

    def _resolved(self, schema: Json) -> Json:
        while True:
            if "$ref" in schema:
                schema = self._schemas[schema["$ref"].rpartition("/")[2]]
                continue
            variants = schema.get("anyOf") or schema.get("oneOf")
            if not variants or "properties" in schema:
                return schema
            schema = variants[0]

    def _properties(self, schema: Json) -> Json:
        found: Json = self._resolved(schema).get("properties", {})
        return found

    def _smallest(self, schema: Json) -> Any:
        schema = self._resolved(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "array":
                return [self._smallest(schema["items"])] if schema.get("minItems") else []
            case "string" if schema.get("format") == "date-time":
                return "2026-01-01T00:00:00Z"
            case "string" if "@" in schema.get("pattern", ""):
                return "ana@example.com"
            case "string" if "read|write" in schema.get("pattern", ""):
                return "auth:read"
            case "string":
                return "a"
            case "integer" | "number":
                return schema.get("minimum", 0)
            case _:
                inner = self._properties(schema)
                # One of several ways to say it.
                variants = schema.get("anyOf") or schema.get("oneOf") or [{}]
                required = [*schema.get("required", ()), *variants[0].get("required", ())]
                return {name: self._smallest(inner[name]) for name in required}


@pytest.fixture
async def matrix(http: httpx.AsyncClient) -> Matrix:
    return Matrix((await http.get("/openapi.json")).json())


@pytest.fixture
async def objects(
    server: Server, client: Conversations, other_client: Conversations, clock: Clock
) -> None:
    """One of each kind in our organization and in the other one; both are partners."""
    for organization, own in [(server.ours, client), (server.theirs, other_client)]:
        await server.db.write(auth.make_partner, organization.id)
        async with server.http(organization.token) as http:
            webhook = await Webhooks(http).create("http://127.0.0.1:9/")
            await Webhooks(http).test(webhook["id"])
            # Not the same person: whoever is a member of both is known to both.
            member = {"email": f"{organization.id}@example.com", "role": "viewer"}
            assert (await http.post("/auth/v1/members", json=member)).status_code == 201
        session = await given_session(own)
        await given_message(own, session, UNANSWERABLE)
        await own.sessions.reply(session.id)
    await clock.settle()


def ids_of(server: Server, organization: Organization) -> dict[str, str]:
    """An id of each kind that belongs to an organization."""
    found = {"organization_id": organization.id}
    for name, table in TABLES.items():
        if table != "organizations":
            row = server.rows(table, organization_id=organization.id)[-1]
            found[name] = row["user_id"] if name == "user_id" else row["id"]
    return found


def absent(ids: dict[str, str]) -> dict[str, str]:
    return {name: f"{id.partition('_')[0]}_none" for name, id in ids.items()}


def told(response: httpx.Response, ids: dict[str, str]) -> tuple[int, str]:
    """What an answer says, but for the ids that it was asked for."""
    text = response.text.replace(response.headers["x-request-id"], "")
    for name, id in ids.items():
        text = text.replace(id, f"<{name}>")
    return response.status_code, re.sub(r"<(user|member)_id>", "<id>", text)


async def test_who_is_not_known_is_let_in_nowhere(server: Server, matrix: Matrix) -> None:
    right = await server.create_token(server.ours)
    ends = server.hand.now() + SECOND
    expired = await server.db.write(auth.create_token, server.ours.id, "expired", expires_at=ends)
    revoked = await server.create_token(server.ours)
    async with server.http(revoked) as http:
        own = (await http.get("/auth/v1/me")).json()["token"]["id"]
        assert (await http.delete(f"/auth/v1/tokens/{own}")).status_code == 204
    server.hand.move_to(ends)
    strangers = [
        (None, "invalid_token"),
        ("Basic abc", "invalid_token"),
        ("Bearer", "invalid_token"),
        ("Bearer nonsense", "invalid_token"),
        (f"Bearer {right[:-1]}{'0' if right[-1] != '0' else '1'}", "invalid_token"),
        (f"Bearer {new_secret()}", "invalid_token"),
        (f"Bearer {expired.token}", "token_expired"),
        (f"Bearer {revoked}", "token_revoked"),
    ]

    async with server.http() as http:
        for operation in matrix.operations:
            path = operation.at(dict.fromkeys(operation.names, "id"))
            for header, code in strangers:
                headers = {} if header is None else {"authorization": header}
                body = matrix.body_of(operation)
                said = await http.request(operation.method, path, json=body, headers=headers)
                assert (said.status_code, said.json()["code"]) == (401, code), (operation, header)
                assert said.headers["www-authenticate"] == "Bearer"


async def test_who_lacks_the_permission_is_refused_everywhere(
    server: Server, matrix: Matrix
) -> None:
    for needed in {operation.permission for operation in matrix.operations} - {IDENTIFIED}:
        others = [each for each in PERMISSIONS if needed not in granted_by([each])]
        token = await server.create_token(server.ours, permissions=others)
        async with server.http(token) as http:
            for operation in matrix.operations:
                if operation.permission != needed:
                    continue
                path = operation.at(dict.fromkeys(operation.names, "id"))
                said = await http.request(operation.method, path, json=matrix.body_of(operation))
                assert said.status_code == 403, operation
                assert said.json()["code"] == "permission_denied", operation
                assert f"`{needed}`" in said.json()["detail"], operation


@pytest.mark.usefixtures("objects")
async def test_what_is_of_another_organization_is_nowhere_to_be_found(
    server: Server, matrix: Matrix, http: httpx.AsyncClient
) -> None:
    ours, theirs = ids_of(server, server.ours), ids_of(server, server.theirs)
    kept = {table: server.rows(table, organization_id=server.theirs.id) for table in stored()}
    asked = [operation for operation in matrix.operations if operation.names]
    assert len(asked) > 30

    for operation in asked:
        body = matrix.body_of(operation)
        for foreign in foreign_ids(operation.names, theirs):
            answers = []
            for ids in (foreign, absent(foreign)):
                said = await http.request(operation.method, operation.at(ours | ids), json=body)
                answers.append(told(said, ids))
            assert answers[0] == answers[1], (operation, foreign)
            assert answers[0][0] == 404, (operation, answers)

    for table, rows in kept.items():
        assert server.rows(table, organization_id=server.theirs.id) == rows, table


def foreign_ids(names: list[str], theirs: dict[str, str]) -> list[dict[str, str]]:
    """All ids of a path, and each of them beside our own."""
    alone = [{name: theirs[name]} for name in names]
    return alone if len(names) == 1 else [{name: theirs[name] for name in names}, *alone]


@pytest.mark.usefixtures("objects")
async def test_what_names_nothing_finds_nothing_of_another_organization(
    server: Server, matrix: Matrix, http: httpx.AsyncClient
) -> None:
    theirs = ids_of(server, server.theirs).values()
    asked = 0

    for operation in matrix.operations:
        if operation.names or operation.path in ENDLESS:
            continue
        said = await http.request(operation.method, operation.path, json=matrix.body_of(operation))
        asked += said.is_success
        assert [id for id in theirs if id in said.text] == [], operation
    assert asked > 15


@pytest.mark.usefixtures("objects")
async def test_an_id_of_another_organization_in_a_body_is_one_that_does_not_exist(
    server: Server, matrix: Matrix, http: httpx.AsyncClient
) -> None:
    ours, theirs = ids_of(server, server.ours), ids_of(server, server.theirs)
    asked = 0

    for operation in matrix.operations:
        for name, template in matrix.bodies_with_ids(operation):
            answers = []
            for ids in (theirs, absent(theirs)):
                body = filled(template, ids[name])
                said = await http.request(operation.method, operation.at(ours), json=body)
                answers.append(told(said, ids))
            asked += 1
            assert answers[0] == answers[1], (operation, name)
            # A rule of the body may come first; nothing is found, and nothing done with it.
            status, text = answers[0]
            assert status in (404, 422) or text == "[]", (operation, name, answers)
    assert asked > 15


def filled(template: Any, id: str) -> Any:
    if isinstance(template, dict):
        return {key: filled(value, id) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, id) for value in template]
    return id if template == "ID" else template


def stored() -> set[str]:
    # Whether a token was used, and what was done with it, changes with each request.
    return set(TABLES.values()) - {"organizations", "tokens"}
