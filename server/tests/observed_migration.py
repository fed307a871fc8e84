"""Watches a migration on a PostgreSQL with rows, and says what it costs whoever works there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from antonnia_server.db.online import PIECE
from antonnia_server.db.revision import VERSIONS
from antonnia_server.db.upgrading import run_migration

_LOCKED = """
    SELECT DISTINCT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND granted AND relkind = 'r'
    AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
_TOUCHED = """
    SELECT relname, seq_tup_read, n_tup_ins + n_tup_upd + n_tup_del
    FROM pg_stat_xact_user_tables WHERE schemaname = 'public'
"""
# Or the next transaction would be told of what this one did.
_FORGET = "SELECT pg_stat_force_next_flush()"
_FILES = """
    SELECT relname, pg_relation_filenode(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname NOT IN ('alembic_version', 'compatible_since')
"""
_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable = 'YES',
           column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS'
    FROM information_schema.columns WHERE table_schema = 'public'
"""
_INDEXES = """
    SELECT indrelid::regclass::text, indexrelid::regclass::text, indisunique, indexrelid::bigint
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text, convalidated
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
"""
# What PostgreSQL refuses within a transaction, and what moves rows in pieces.
_MAY_RUN_OUTSIDE = ("CREATE INDEX CONCURRENTLY", "CREATE UNIQUE INDEX CONCURRENTLY")
_MAY_RUN_OUTSIDE += ("DROP INDEX CONCURRENTLY", "SET ", "SHOW ", "SELECT ")
_CHANGES_ROWS = ("UPDATE ", "INSERT ", "DELETE ", "WITH ")


class Catalogue(NamedTuple):
    files: dict[str, int]
    # By table and name: type, whether it may be null, whether it has a default.
    columns: dict[tuple[str, str], tuple[str, bool, bool]]
    # By table and name: whether it is unique, and which one it is: another may take its name.
    indexes: dict[tuple[str, str], tuple[bool, int]]
    # By table and name: its kind, and whether it was checked against every row.
    constraints: dict[tuple[str, str], tuple[str, bool]]

    @classmethod
    def of(cls, connection: sa.Connection) -> Catalogue:
        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

        catalogue = cls(
            dict(rows(_FILES)),
            *({row[:2]: row[2:] for row in rows(each)} for each in (_COLUMNS, _INDEXES)),
            {row[:2]: row[2:] for row in rows(_CONSTRAINTS)},
        )
        connection.rollback()
        return catalogue


@dataclass
class Effort:
    """What one transaction held at its end, and the rows that it went through and changed."""

    locked: set[str]
    read: dict[str, int]
    changed: dict[str, int]


@dataclass
class Observed:
    before: Catalogue
    after: Catalogue
    transactions: list[Effort]
    # Statements that were transactions of their own, and how many rows each has changed.
    outside: list[tuple[str, int]] = field(default_factory=list)


def observe(connection: sa.Connection, revision: str, versions: Path = VERSIONS) -> Observed:
    """Run the migration on a database that has rows, and look at every transaction's end."""
    before = Catalogue.of(connection)
    observed = Observed(before, before, [])
    with _watching(connection, observed):
        run_migration(connection, revision, versions)
    observed.after = Catalogue.of(connection)
    return observed


@contextmanager
def _watching(connection: sa.Connection, observed: Observed) -> Iterator[None]:
    driver: Any = connection.connection.dbapi_connection

    def at_commit(_: sa.Connection) -> None:
        if driver.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
            return
        locked = {name for (name,) in driver.execute(_LOCKED)}
        touched = driver.execute(_TOUCHED).fetchall()
        observed.transactions.append(
            Effort(
                locked & observed.before.files.keys(),
                {name: read for name, read, _ in touched if name in observed.before.files},
                {name: changed for name, _, changed in touched if name in observed.before.files},
            )
        )
        driver.execute(_FORGET)

    def after_statement(_: sa.Connection, cursor: Any, statement: str, *__: object) -> None:
        if driver.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            observed.outside.append((" ".join(statement.split()), cursor.rowcount))
            driver.execute(_FORGET)

    event.listen(connection, "commit", at_commit)
    event.listen(connection, "after_cursor_execute", after_statement)
    try:
        yield
    finally:
        event.remove(connection, "commit", at_commit)
        event.remove(connection, "after_cursor_execute", after_statement)


def complaints_of(observed: Observed, module: ModuleType) -> list[str]:
    """What the migration costs and does not declare, each in a line that says what to do."""
    declared: dict[str, str] = getattr(module, "LOCKS", {})
    costs = [*_costs(observed)]
    complaints = [
        f"{table}: {what} Or say in the migration why that is right and how long it takes: "
        f'LOCKS = {{"{table}": "…"}}.'
        for table, what in costs
        if table not in declared
    ]
    complaints += [
        f"{table}: LOCKS names it, but nothing is done to it that has to be declared."
        for table in declared.keys() - {table for table, _ in costs}
    ]
    complaints += [
        f"It runs outside of a transaction, where its locks cannot be seen: {sql} "
        "Only what PostgreSQL refuses within one may; see db/online.py."
        for sql, _ in observed.outside
        if not sql.startswith((*_MAY_RUN_OUTSIDE, *_CHANGES_ROWS))
    ]
    if not hasattr(module, "COMPATIBLE_SINCE"):
        complaints += [
            f"{what} The version before does not know that. Do it a release later, when no version "
            "needs it otherwise, and say from which revision on that is so: "
            'COMPATIBLE_SINCE = "…".'
            for what in _surprises(observed.before, observed.after)
        ]
    return complaints


def _costs(observed: Observed) -> Iterator[tuple[str, str]]:
    """Tables that were there, and what kept others from working on them."""
    before, after = observed.before, observed.after
    for table, file in before.files.items():
        if after.files.get(table, file) != file:
            yield table, "every row is written anew. Add a column, fill it with change_in_pieces."
    for effort in observed.transactions:
        if len(effort.locked) > 1:
            for table in sorted(effort.locked):
                others = ", ".join(sorted(effort.locked - {table}))
                yield table, f"it is locked together with {others}. Make a migration for each."
        for table, number in effort.changed.items():
            if number > PIECE:
                yield table, f"{number} rows change in one transaction. Use change_in_pieces."
        if effort.locked:
            read = [table for table, number in effort.read.items() if number]
            for table in read:
                yield table, _why_read(table, before, after)
    for sql, number in observed.outside:
        if sql.startswith(_CHANGES_ROWS) and number > PIECE:
            yield sql.split()[1], f"{number} rows change in one statement. Use change_in_pieces."
    for (table, name), (kind, is_checked) in after.constraints.items():
        is_new = table in before.files and (table, name) not in before.constraints
        if is_new and is_checked and kind in "cf":
            yield table, _checked_at_once(name)


def _why_read(table: str, before: Catalogue, after: Catalogue) -> str:
    """What has read all rows under a lock."""
    for (of, name), index in after.indexes.items():
        if of == table and before.indexes.get((of, name)) != index:
            return f"nobody can write to it while {name} is built. Use online.create_index."
    for key, (_, is_nullable, _) in before.columns.items():
        if key[0] == table and is_nullable and not after.columns.get(key, ("", True))[1]:
            return (
                f"every row is read under a lock, to see that {key[1]} is never null. First add a "
                "CHECK of that NOT VALID, then VALIDATE it, then SET NOT NULL; each in a migration."
            )
    for of, name in after.constraints.keys() - before.constraints.keys():
        if of == table and after.constraints[of, name][0] in "cf":
            return _checked_at_once(name)
    return "every row is read while a table is locked. Do these in two migrations."


def _checked_at_once(name: str) -> str:
    return (
        f"every row is checked for {name} under a lock. Add it NOT VALID, and VALIDATE it in the "
        "next migration."
    )


def _surprises(before: Catalogue, after: Catalogue) -> Iterator[str]:
    """What statements of the version before would meet that had worked until then."""
    for table in before.files.keys() - after.files.keys():
        yield f"{table} is gone."
    for (table, name), (kind, is_nullable, has_default) in before.columns.items():
        now = after.columns.get((table, name))
        if table not in after.files:
            continue
        if now is None:
            yield f"{table}.{name} is gone."
        elif now[0] != kind:
            yield f"{table}.{name} was {kind} and is {now[0]}."
        elif is_nullable and not now[1]:
            yield f"{table}.{name} may not be null any more."
        elif has_default and not now[2]:
            yield f"{table}.{name} has no default any more."
    for table, name in after.columns.keys() - before.columns.keys():
        _, is_nullable, has_default = after.columns[table, name]
        if table in before.files and not is_nullable and not has_default:
            yield f"{table}.{name} is new, may not be null and has no default."
    for table, name in after.indexes.keys() - before.indexes.keys():
        if table in before.files and after.indexes[table, name][0]:
            yield f"The index {name} refuses rows of {table} that were taken."
    for table, name in after.constraints.keys() - before.constraints.keys():
        # Those of an index are there already; that a column may not be null is above.
        if table in before.files and after.constraints[table, name][0] in "cf":
            yield f"The constraint {name} refuses rows of {table} that were taken."


def module_of(revision: str, versions: Path = VERSIONS) -> ModuleType:
    [path] = versions.glob(f"{revision}_*.py")
    spec = spec_from_file_location(f"migration_{revision}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_again(connection: sa.Connection, revision: str, versions: Path = VERSIONS) -> list[str]:
    """Run a migration that has been run, as if it had been broken off at its very end."""
    before = module_of(revision, versions).down_revision
    statement = sa.text("UPDATE alembic_version SET version_num = :before")
    connection.execute(statement, {"before": before})
    connection.commit()
    try:
        run_migration(connection, revision, versions)
    except sa.exc.DBAPIError as error:
        connection.rollback()
        return [
            "It commits before its end, and cannot be run again after it was broken off there: "
            f"{error.orig} What uses db/online.py does nothing else."
        ]
    return []
