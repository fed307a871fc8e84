"""Bodies that a JSON schema of the document allows, chosen at random."""

from __future__ import annotations

import random
from typing import Any

from document import Document

_TEXTS = ["a", "Jane", "contact_1", "Jörg 😀", "a.b\\.c"]
_TIMES = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456+05:30"]


class ExampleBodies:
    """Makes values for the schemas of one document."""

    def __init__(self, document: Document, rng: random.Random) -> None:
        self._schemas: dict[str, Document] = document["components"]["schemas"]
        self._rng = rng

    def make(self, schema: Document) -> Any:
        """One value that the schema allows."""
        if "$ref" in schema:
            return self.make(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "const" in schema or "enum" in schema:
            return self._rng.choice(schema.get("enum", [schema.get("const")]))
        variants = schema.get("anyOf") or schema.get("oneOf")
        if variants and "properties" in schema:
            return self._object(_joined(schema, self._rng.choice(variants)))
        if variants:
            return self.make(self._rng.choice(variants))
        return self._of_type(schema)

    def _of_type(self, schema: Document) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                count = max(schema.get("minItems", 0), self._rng.randint(0, 2))
                return [self.make(schema.get("items", {})) for _ in range(count)]
            case "string" if schema.get("format") == "date-time":
                return self._rng.choice(_TIMES)
            case "string":
                return self._rng.choice(_TEXTS)
            case "integer":
                return schema.get("minimum", 0) + self._rng.randint(0, 3)
            case "number":
                return schema.get("minimum", 0) + self._rng.random()
            case "boolean":
                return self._rng.random() < 0.5
            case "null":
                return None
            case _:
                return self._rng.choice([1, "x", None, True, [1.5], {"a": {"b": "c"}}])

    def _object(self, schema: Document) -> dict[str, Any]:
        required = schema.get("required", ())
        made = {
            name: self.make(each)
            for name, each in schema.get("properties", {}).items()
            if name in required or self._rng.random() < 0.5
        }
        others = schema.get("additionalProperties")
        if isinstance(others, dict):
            made |= {name: self.make(others) for name in ("priority", "a.b")}
        return made


def _joined(schema: Document, variant: Document) -> Document:
    """A schema with what one of its variants adds."""
    properties = dict(schema["properties"])
    for name, added in variant.get("properties", {}).items():
        properties[name] = _narrowed(properties.get(name, {}), added)
    required = [*schema.get("required", ()), *variant.get("required", ())]
    return {**schema, "properties": properties, "required": required, "oneOf": None, "anyOf": None}


def _narrowed(schema: Document, added: Document) -> Document:
    """What both allow: one of the schema's variants has the type that the other wants."""
    for variant in schema.get("anyOf", ()):
        if "type" in added and variant.get("type", "object") == added["type"]:
            return dict(variant)
    return {**schema, **added}
