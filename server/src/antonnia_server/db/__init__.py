"""One database, units of work, and statements that are compiled once."""

from .database import Database, StorageFailed, WritesOverloaded
from .schema import Json, metadata, partial_index
from .statement import Statement
from .transaction import Transaction

__all__ = [
    "Database",
    "Json",
    "Statement",
    "StorageFailed",
    "Transaction",
    "WritesOverloaded",
    "metadata",
    "partial_index",
]
