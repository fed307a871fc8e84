"""What an operator can ask of the schema."""

from __future__ import annotations

from antonnia.core.models import RequestModel, WireModel

from ..db import Transaction
from ..db.revision import stored_revision
from .operation import Operation


class SchemaQuestion(RequestModel):
    """Which schema the code that answers wants, and so has."""


class Schema(WireModel):
    """The revision of a schema."""

    revision: str


def report_schema(tx: Transaction, order: SchemaQuestion) -> Schema:
    stored = stored_revision(tx.connection)
    assert stored is not None, "the database was migrated before anybody asks"
    return Schema(revision=stored)


REPORT_SCHEMA = Operation(SchemaQuestion, Schema, report_schema)
