"""What the OpenAPI document says of a route that reads its own body and writes its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from .refusal import (
    BodyTooLarge,
    InvalidToken,
    MalformedJson,
    Overloaded,
    Refusal,
    TokenExpired,
    TokenRevoked,
    ValidationFailed,
)

_COMPONENTS = "#/components/schemas/{model}"
_ALWAYS: tuple[type[Refusal], ...] = (InvalidToken, TokenExpired, TokenRevoked, Overloaded)
_WITH_BODY: tuple[type[Refusal], ...] = (MalformedJson, BodyTooLarge, ValidationFailed)


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
    body: type[BaseModel] | None = None,
    status: int = 200,
    raises: Sequence[type[Refusal]] = (),
    also: dict[int, str] | None = None,
    is_public: bool = False,
) -> dict[str, Any]:
    """The keyword arguments of a route: its body, its answer, and every refusal by status.

    A public route asks for no token. What it refuses is what it `raises`, and nothing else.
    """
    refusals = [*(() if is_public else _ALWAYS), *(_WITH_BODY if body else ()), *raises]
    responses: dict[int | str, dict[str, Any]] = {}
    for number in sorted({refusal.status for refusal in refusals}):
        codes = sorted({refusal.code for refusal in refusals if refusal.status == number})
        responses[number] = {
            "description": f"{HTTPStatus(number).phrase}: " + ", ".join(f"`{c}`" for c in codes),
            "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}},
        }
    for number, description in (also or {}).items():
        responses[number] = {"description": description, "model": answer}
    route: dict[str, Any] = {
        "status_code": status,
        "response_model": answer,
        "responses": responses,
        "openapi_extra": {"security": []} if is_public else {},
    }
    if body is not None:
        schema = body.model_json_schema(ref_template=_COMPONENTS)
        route["openapi_extra"]["requestBody"] = {
            # No body at all is read as an empty one.
            "required": bool(schema.get("required")),
            "content": {"application/json": {"schema": schema}},
        }
    return route


_PROBLEM = "#/components/schemas/Problem"


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
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document


def _refuse_default_validation(operation: dict[str, Any]) -> None:
    # FastAPI adds its own 422 to every route with a path parameter; ours answers a Problem.
    responses = operation.get("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]


def _lift_definitions(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is not None:
        for name, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(name, definition)
