"""Where requests name objects by their ids, as the OpenAPI document says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kinds import KINDS

# The steps from a body to an id in it; of a list, to its first.
Place = tuple[str | int, ...]
Document = dict[str, Any]
# Under this name stands the id of an object of any kind.
ANY = "object_id"


def places_of(document: Document, operation: str) -> list[Place]:
    """Where the bodies of an operation, `POST /a/path`, may hold ids."""
    return sorted(set(_ids_in(document, _schema_of(document, operation), ())), key=str)


def goes_on(document: Document, operation: str) -> bool:
    """Whether a body names the place from which a list goes on."""
    schema = _schema_of(document, operation)
    return "cursor" in _named(document, schema).get("properties", {})


def name_of(place: Place) -> str:
    """What the id in a place is called."""
    return next(str(step) for step in reversed(place) if step != 0)


def at(body: Any, place: Place) -> Any:
    """What a body has in a place, if it has the place."""
    for step in place:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def kind_of(name: str) -> str | None:
    """How the ids begin that stand under a name, or in a list of that name."""
    return KINDS.get(name) or KINDS.get(name.removesuffix("s"))


def _schema_of(document: Document, operation: str) -> Document:
    method, _, path = operation.partition(" ")
    content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    schema: Document = content.get("application/json", {}).get("schema", {})
    return schema


def _named(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    # What can hold itself is a customer's own data.
    named: Document = {} if name == "JsonValue" else document["components"]["schemas"][name]
    return named


def _ids_in(document: Document, schema: Document, place: Place) -> Iterator[Place]:
    schema = _named(document, schema)
    for variant in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        yield from _ids_in(document, variant, place)
    for name, inner in schema.get("properties", {}).items():
        is_list = "array" in {each.get("type") for each in [inner, *inner.get("anyOf", ())]}
        if name == ANY or kind_of(name):
            yield (*place, name, 0) if is_list else (*place, name)
        else:
            yield from _ids_in(document, inner, (*place, name))
