"""Every operation, by its name."""

from __future__ import annotations

from typing import Any

from . import knowledge, organizations, schema, tokens, users
from .operation import Operation

OPERATIONS: dict[str, Operation[Any, Any]] = {
    operation.name: operation
    for operation in (
        schema.REPORT_SCHEMA,
        tokens.CREATE_TOKEN,
        tokens.LIST_TOKENS,
        tokens.ROTATE_TOKEN,
        tokens.REVOKE_TOKEN,
        organizations.CREATE_ORGANIZATION,
        organizations.LIST_ORGANIZATIONS,
        users.CREATE_USER,
        users.LIST_USERS,
        users.REMOVE_USER,
        knowledge.OPEN_BASE,
        knowledge.LIST_BASES,
        knowledge.REMOVE_BASE,
        knowledge.FIND_FILE,
        knowledge.LIST_ANCHORS,
        knowledge.PUT_ENTRIES,
        knowledge.REMOVE_ENTRIES,
    )
}
