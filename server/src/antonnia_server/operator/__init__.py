"""What an operator can have done, whether or not a server is running.

An operation is a unit of work with an order and an answer. A command runs it in its own process,
or, if a server owns the database, sends it there (`operator_api`).
"""

from .knowledge import (
    FIND_FILE,
    LIST_ANCHORS,
    LIST_BASES,
    OPEN_BASE,
    PUT_ENTRIES,
    REMOVE_BASE,
    REMOVE_ENTRIES,
    AnchorsAfter,
    AnchorsOrder,
    Base,
    BaseOrder,
    BasesOrder,
    EntriesOrder,
    FileOrder,
    FileQuestion,
    RemovalOrder,
)
from .operation import Operation
from .operations import OPERATIONS
from .organizations import get_organization
from .schema import REPORT_SCHEMA, SchemaQuestion
from .tokens import CREATE_TOKEN, TokenOrder

__all__ = [
    "CREATE_TOKEN",
    "FIND_FILE",
    "LIST_ANCHORS",
    "LIST_BASES",
    "OPEN_BASE",
    "OPERATIONS",
    "PUT_ENTRIES",
    "REMOVE_BASE",
    "REMOVE_ENTRIES",
    "REPORT_SCHEMA",
    "AnchorsAfter",
    "AnchorsOrder",
    "Base",
    "BaseOrder",
    "BasesOrder",
    "EntriesOrder",
    "FileOrder",
    "FileQuestion",
    "Operation",
    "RemovalOrder",
    "SchemaQuestion",
    "TokenOrder",
    "get_organization",
]
