"""SQL that is written in SQLAlchemy Core and compiled once.

Compiling and executing a Core statement through SQLAlchemy costs several times what SQLite needs
to run it. A `Statement` keeps the compiled text and the order of its parameters for each dialect,
and executes on the driver's cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import Any, Generic, NamedTuple, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from .transaction import Transaction

Row = TypeVar("Row", bound="tuple[Any, ...]")
_Processor = Callable[[Any], Any]


class _Compiled(NamedTuple):
    sql: str
    names: tuple[str, ...]
    defaults: dict[str, Any]
    encoders: tuple[tuple[str, _Processor], ...]
    decoders: tuple[tuple[int, _Processor], ...]
    is_positional: bool


class Statement(Generic[Row]):
    """A statement without varying parts, whose rows are the NamedTuple `row`.

    Every parameter is given by name at each call; a parameter that is missing is an error of the
    driver. Statements that vary (searches) go through `tx.connection.execute`.
    """

    def __init__(self, statement: sa.Executable, row: type[Row] | None = None) -> None:
        self._statement = statement
        self._make: Callable[[Any], Row] | None = getattr(row, "_make", None)
        self._compiled: dict[str, _Compiled] = {}

    def run(self, tx: Transaction, **values: Any) -> int:
        """Execute and return the number of rows it changed."""
        self._execute(tx, values)
        return cast(int, tx.cursor.rowcount)

    def send(self, tx: Transaction, **values: Any) -> None:
        """Execute; on PostgreSQL with the next statement that is waited for, or with the commit.

        What it breaks is raised there: a unit of work that would catch it has to `run` it.
        """
        if tx.is_postgres:
            compiled = self._compiled_for(tx)
            tx.cursor.connection.send(compiled.sql, _encoded(compiled, values))
        else:
            self._execute(tx, values)

    def run_all(self, tx: Transaction, rows: Iterable[dict[str, Any]]) -> None:
        """Execute once for each of `rows`, in one call of the driver: for thousands at a time."""
        compiled = self._compiled_for(tx)
        if compiled.is_positional:
            tx.cursor.executemany(compiled.sql, (_in_order(compiled, row) for row in rows))
        else:
            tx.cursor.executemany(compiled.sql, [_encoded(compiled, row) for row in rows])

    def find(self, tx: Transaction, **values: Any) -> Row | None:
        """The first row, or None."""
        decoders = self._execute(tx, values)
        # Read to the end: a cursor left on a row would keep its statement, and the snapshot
        # under it, open.
        rows = tx.cursor.fetchall()
        return self._row(rows[0], decoders) if rows else None

    def all(self, tx: Transaction, **values: Any) -> list[Row]:
        """Every row."""
        decoders = self._execute(tx, values)
        return [self._row(row, decoders) for row in tx.cursor.fetchall()]

    def each(self, tx: Transaction, **values: Any) -> Generator[Row, None, None]:
        """Every row, one by one, on a cursor of its own: for whoever may stop before the end."""
        with closing(tx.cursor.connection.cursor()) as cursor:
            decoders = self._execute(tx, values, cursor)
            for row in cursor:
                yield self._row(row, decoders)

    def _row(self, row: Any, decoders: tuple[tuple[int, _Processor], ...]) -> Row:
        if decoders:
            row = list(row)
            for index, decode in decoders:
                row[index] = decode(row[index])
        assert self._make is not None, "this statement was declared without a row"
        return self._make(row)

    def _execute(
        self, tx: Transaction, values: dict[str, Any], cursor: Any = None
    ) -> tuple[tuple[int, _Processor], ...]:
        cursor = tx.cursor if cursor is None else cursor
        compiled = self._compiled_for(tx)
        if compiled.is_positional:
            cursor.execute(compiled.sql, _in_order(compiled, values))
        else:
            cursor.execute(compiled.sql, _encoded(compiled, values), prepare=True)
        return compiled.decoders

    def _compiled_for(self, tx: Transaction) -> _Compiled:
        dialect = tx.connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return compiled


def _in_order(compiled: _Compiled, values: dict[str, Any]) -> list[Any]:
    encoded = _encoded(compiled, values)
    return [encoded[name] for name in compiled.names]


def _encoded(compiled: _Compiled, values: dict[str, Any]) -> dict[str, Any]:
    """What the driver takes for `values`, which are the caller's no more."""
    if compiled.defaults:
        values = {**compiled.defaults, **values}
    for name, encode in compiled.encoders:
        values[name] = encode(values[name])
    return values


def _compile(statement: sa.Executable, dialect: Dialect) -> _Compiled:
    compiled = cast(SQLCompiler, statement.compile(dialect=dialect))  # type: ignore[attr-defined]  # every Core statement has it
    names = tuple(compiled.positiontup or compiled.binds)
    encoders: list[tuple[str, _Processor]] = []
    for name in dict.fromkeys(names):
        encode = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if encode is not None:
            encoders.append((name, encode))
    decoders: list[tuple[int, _Processor]] = []
    columns = getattr(statement, "exported_columns", ())
    for index, column in enumerate(columns):
        decode = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if decode is not None:
            decoders.append((index, decode))
    defaults = {
        name: bind.value
        for name, bind in compiled.binds.items()
        if name in names and not bind.required
    }
    return _Compiled(
        str(compiled), names, defaults, tuple(encoders), tuple(decoders), compiled.positional
    )
