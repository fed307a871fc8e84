"""One database, units of work, and statements that are compiled once."""

from .database import Database
from .schema import ONLY_POSTGRES, ONLY_SQLITE, Json, metadata, partial_index, postgres_only
from .statement import Statement
from .transaction import NameHeld, Transaction
from .trouble import StorageFailed, Trouble

__all__ = [
    "ONLY_POSTGRES",
    "ONLY_SQLITE",
    "Database",
    "Json",
    "NameHeld",
    "Statement",
    "StorageFailed",
    "Transaction",
    "Trouble",
    "metadata",
    "partial_index",
    "postgres_only",
]
