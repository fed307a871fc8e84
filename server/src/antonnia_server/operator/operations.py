"""Every operation, by its name."""

from __future__ import annotations

from typing import Any

from . import knowledge, schema, tokens
from .operation import Operation

OPERATIONS: dict[str, Operation[Any, Any]] = {
    operation.name: operation
    for operation in (
        schema.REPORT_SCHEMA,
        tokens.CREATE_TOKEN,
        knowledge.OPEN_BASE,
        knowledge.LIST_BASES,
        knowledge.REMOVE_BASE,
        knowledge.FIND_FILE,
        knowledge.LIST_ANCHORS,
        knowledge.PUT_ENTRIES,
        knowledge.REMOVE_ENTRIES,
    )
}
