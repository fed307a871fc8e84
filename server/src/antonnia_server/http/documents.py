"""What the OpenAPI document says of a route that reads its own body and writes its own answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .permissions import IDENTIFIED, PUBLIC, declares
from .refusal import (
    BodyTooLarge,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InvalidToken,
    MalformedJson,
    Overloaded,
    PermissionDenied,
    RateLimited,
    Refusal,
    TokenExpired,
    TokenRevoked,
    UnknownField,
    ValidationFailed,
)

_COMPONENTS = "#/components/schemas/{model}"
_ALWAYS: tuple[type[Refusal], ...] = (
    InvalidToken,
    TokenExpired,
    TokenRevoked,
    RateLimited,
    Overloaded,
)
_WITH_BODY: tuple[type[Refusal], ...] = (
    MalformedJson,
    BodyTooLarge,
    ValidationFailed,
    UnknownField,
)
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes repeating the request harmless for 24 hours.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
}
_IF_SESSION_EPOCH = {
    "name": "If-Session-Epoch",
    "in": "header",
    "description": "The epoch that this was decided on; if it has moved, nothing is written.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
}


class FieldProblem(BaseModel):
    """One invalid field."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None
    retry_after: int | None = None


def describes(
    answer: Any,
    *,
    permission: str,
    body: type[BaseModel] | None = None,
    status: int = 200,
    raises: Sequence[type[Refusal]] = (),
    also: dict[int, str] | None = None,
    parameters: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The keyword arguments of a route: its body, its answer, and every refusal by status.

    A route with the permission `PUBLIC` refuses what it `raises`, and nothing else.
    """
    refusals = [
        *(() if permission == PUBLIC else _ALWAYS),
        *(() if permission in (PUBLIC, IDENTIFIED) else (PermissionDenied,)),
        *(_WITH_BODY if body else ()),
        *raises,
    ]
    if IdempotencyKeyReused in raises:
        refusals.append(IdempotencyKeyInUse)
    responses: dict[int | str, dict[str, Any]] = {}
    for number in sorted({refusal.status for refusal in refusals}):
        codes = sorted({refusal.code for refusal in refusals if refusal.status == number})
        responses[number] = {
            "description": f"{HTTPStatus(number).phrase}: " + ", ".join(f"`{c}`" for c in codes),
            "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}},
        }
    for number, description in (also or {}).items():
        responses[number] = {"description": description, "model": answer}
    responses.setdefault(status, {})
    pages = body is not None and "cursor" in body.model_fields
    for answered, response in responses.items():
        response["headers"] = _headers(int(answered), refusals, pages=pages)
    route: dict[str, Any] = {
        "status_code": status,
        "response_model": answer,
        "responses": responses,
        "openapi_extra": declares(permission),
    }
    if said := [*parameters, *_parameters(refusals)]:
        route["openapi_extra"]["parameters"] = said
    if body is not None:
        schema = body.model_json_schema(ref_template=_COMPONENTS, schema_generator=_BodySchema)
        route["openapi_extra"]["requestBody"] = {
            # No body at all is read as an empty one.
            "required": "required" in schema or "oneOf" in schema,
            "content": {"application/json": {"schema": schema}},
        }
    return route


_PROBLEM = "#/components/schemas/Problem"


class _BodySchema(GenerateJsonSchema):
    """The schema of a body, which is closed: every field is known and is said."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        model = super().model_schema(schema)
        return {"additionalProperties": False, **model} if "properties" in model else model

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        described = super().dict_schema(schema)
        patterns = described.pop("patternProperties", None)
        if patterns is not None:
            # As it was, any other key would be allowed, with whatever value.
            [described["additionalProperties"]] = patterns.values()
            keys = schema.get("keys_schema")
            assert keys is not None, "patterns are those of the keys"
            described["propertyNames"] = self.generate_inner(keys)
        return described

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        union = super().tagged_union_schema(schema)
        discriminator = union["discriminator"]
        for reference in discriminator["mapping"].values():
            variant = self.get_schema_from_definitions(reference)
            assert variant is not None
            # What tells the variants apart has no default here.
            variant["required"] = [discriminator["propertyName"], *variant.get("required", ())]
        return union


def _parameters(refusals: Sequence[type[Refusal]]) -> list[dict[str, Any]]:
    """The headers that a route takes: those that it can refuse for."""
    parameters: list[dict[str, Any]] = []
    if IdempotencyKeyReused in refusals:
        parameters.append(_IDEMPOTENCY_KEY)
    if HTTPStatus.PRECONDITION_FAILED in {refusal.status for refusal in refusals}:
        parameters.append(_IF_SESSION_EPOCH)
    return parameters


def _headers(status: int, refusals: Sequence[type[Refusal]], *, pages: bool) -> dict[str, Any]:
    """The headers of an answer with that status."""
    names = ["X-Request-Id"]
    if status == HTTPStatus.UNAUTHORIZED:
        names.append("WWW-Authenticate")
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        names.append("Retry-After")
    if status < HTTPStatus.BAD_REQUEST and IdempotencyKeyReused in refusals:
        names.append("Idempotent-Replayed")
    if status < HTTPStatus.BAD_REQUEST and pages:
        names.append("X-Next-Cursor")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


_RESPONSE_HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "The request's own, if it sent a valid one. Logs carry it too.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
    },
    "WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}},
    "Retry-After": {
        "description": "In how many seconds to try again, where that helps.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Idempotent-Replayed": {
        "description": "Given when the request was answered before, with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "X-Next-Cursor": {
        "description": "Where the next page begins; given while there is one.",
        "schema": {"type": "string"},
    },
}


def install(app: FastAPI) -> None:
    """Make `app.openapi` build the whole document, once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=_COMPONENTS)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for path in document["paths"].values():
        for operation in path.values():
            _refuse_default_validation(operation)
            _lift_definitions(operation, schemas)
    # Of the framework's own 422, which no route answers.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["headers"] = _RESPONSE_HEADERS
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document


def _refuse_default_validation(operation: dict[str, Any]) -> None:
    # FastAPI adds its own 422 to every route with a path parameter; ours answers a Problem.
    responses = operation.get("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]


def _lift_definitions(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema", {})
    # What is received is closed, where what is sent stays open: then it needs a name of its own.
    names = {
        name: name if schemas.get(name, definition) == definition else f"{name}Input"
        for name, definition in body.get("$defs", {}).items()
    }
    text = json.dumps(body)
    for name, given in names.items():
        text = text.replace(f'"{_reference(name)}"', f'"{_reference(given)}"')
    content["schema"] = json.loads(text)
    for name, definition in content["schema"].pop("$defs", {}).items():
        schemas[names[name]] = definition


def _reference(name: str) -> str:
    return _COMPONENTS.format(model=name)
