"""The OpenAPI document itself: what it says is whole, and its examples are true."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from document import Document, Operation, operations_of, read_document
from raw_http import Connection

OWN_HEADERS = {"X-Request-Id"}


@pytest.fixture(scope="module")
def document(connection: Connection) -> Document:
    return read_document(connection)


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    return list(operations_of(document))


def test_it_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1")

    schemathesis.openapi.from_dict(document).validate()


def test_every_operation_says_what_it_is_and_does(operations: list[Operation]) -> None:
    ids = [operation.described["operationId"] for operation in operations]

    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert operation.described["summary"], operation
        assert operation.described["description"], operation
        assert operation.described["tags"], operation


def test_every_refusal_is_a_problem_with_its_codes(operations: list[Operation]) -> None:
    for operation in operations:
        for status, response in operation.described["responses"].items():
            if status >= "400":
                assert re.search(r": (`\w+`(, )?)+$", response["description"]), (operation, status)
                assert list(response["content"]) == ["application/problem+json"]


def test_every_answer_says_its_headers(document: Document, operations: list[Operation]) -> None:
    for operation in operations:
        for status, response in operation.described["responses"].items():
            assert response["headers"].keys() >= OWN_HEADERS, (operation, status)
            assert response["headers"].keys() <= document["components"]["headers"].keys()


def test_a_body_is_closed(document: Document, operations: list[Operation]) -> None:
    """A field that is not described is refused, and the schema says so."""
    for operation in operations:
        if operation.body_schema is not None:
            assert operation.body_schema["additionalProperties"] is False, operation


def test_every_schema_is_one_and_is_used(document: Document) -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", str(document)))

    assert set(document["components"]["schemas"]) == used
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_example_keeps_to_its_schema(document: Document) -> None:
    components = {"components": document["components"]}

    for schema, example in examples_in(document):
        assert jsonschema_rs.is_valid({**schema, **components}, example), (schema, example)


def examples_in(value: Any) -> list[tuple[Document, Any]]:
    """Every schema with each of its examples and its default."""
    if isinstance(value, list):
        return [found for each in value for found in examples_in(each)]
    if not isinstance(value, dict):
        return []
    given = [*value.get("examples", ())] if isinstance(value.get("examples"), list) else []
    given += [value[name] for name in ("example", "default") if name in value]
    is_schema = bool({"type", "anyOf", "oneOf", "$ref"} & value.keys())
    own = [(value, example) for example in given] if is_schema else []
    return own + [found for each in value.values() for found in examples_in(each)]
