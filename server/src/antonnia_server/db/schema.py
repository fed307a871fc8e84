"""What the tables of all slices share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


class _Json(TypeDecorator[Any]):
    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Only where it is used: importing it takes a twentieth of the start.
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))


Json = _Json(none_as_null=True)
"""A JSON value; Python's `None` is stored as SQL's NULL."""


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index of the rows of which `where` is true.

    PostgreSQL gets its `where` when the index is created there: to say it here would load that
    dialect at every start.
    """
    condition = sa.text(where)
    index = sa.Index(name, *columns, unique=unique, sqlite_where=condition)

    def add_condition(target: sa.Index, connection: Connection, **_: Any) -> None:
        if connection.dialect.name == "postgresql":
            target.dialect_options["postgresql"]["where"] = condition

    event.listen(index, "before_create", add_condition)
    return index
