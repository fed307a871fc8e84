"""One database, units of work, and statements that are compiled once."""

from .database import Database
from .schema import Json, metadata, partial_index
from .statement import Statement
from .transaction import Transaction
from .trouble import StorageFailed, Trouble

__all__ = [
    "Database",
    "Json",
    "Statement",
    "StorageFailed",
    "Transaction",
    "Trouble",
    "metadata",
    "partial_index",
]
