"""The OpenAPI document, as the tests of the contract read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from raw_http import Connection

Document = dict[str, Any]


class Operation(NamedTuple):
    """A method of a path, and what the document says of it."""

    method: str
    path: str
    described: Document

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body_schema(self) -> Document | None:
        """The schema of its body; None if it takes none."""
        content = self.described.get("requestBody", {}).get("content", {})
        schema: Document | None = content.get("application/json", {}).get("schema")
        return schema


def read_document(connection: Connection) -> Document:
    answer = connection.ask(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
    document: Document = answer.json()
    return document


def operations_of(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Operation(method.upper(), path, described)
