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
from .organizations import (
    CREATE_ORGANIZATION,
    LIST_ORGANIZATIONS,
    OrganizationOrder,
    OrganizationsOrder,
    get_organization,
)
from .schema import REPORT_SCHEMA, SchemaQuestion
from .tokens import (
    CREATE_TOKEN,
    LIST_TOKENS,
    MADE_HERE,
    REVOKE_TOKEN,
    ROTATE_TOKEN,
    RevocationOrder,
    RotationOrder,
    TokenOrder,
    TokensOrder,
)
from .users import (
    CREATE_USER,
    LIST_USERS,
    REMOVE_USER,
    UserOrder,
    UserRemoval,
    UsersOrder,
)

__all__ = [
    "CREATE_ORGANIZATION",
    "CREATE_TOKEN",
    "CREATE_USER",
    "FIND_FILE",
    "LIST_ANCHORS",
    "LIST_BASES",
    "LIST_ORGANIZATIONS",
    "LIST_TOKENS",
    "LIST_USERS",
    "MADE_HERE",
    "OPEN_BASE",
    "OPERATIONS",
    "PUT_ENTRIES",
    "REMOVE_BASE",
    "REMOVE_ENTRIES",
    "REMOVE_USER",
    "REPORT_SCHEMA",
    "REVOKE_TOKEN",
    "ROTATE_TOKEN",
    "AnchorsAfter",
    "AnchorsOrder",
    "Base",
    "BaseOrder",
    "BasesOrder",
    "EntriesOrder",
    "FileOrder",
    "FileQuestion",
    "Operation",
    "OrganizationOrder",
    "OrganizationsOrder",
    "RemovalOrder",
    "RevocationOrder",
    "RotationOrder",
    "SchemaQuestion",
    "TokenOrder",
    "TokensOrder",
    "UserOrder",
    "UserRemoval",
    "UsersOrder",
    "get_organization",
]
