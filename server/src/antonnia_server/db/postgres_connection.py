"""Connections to PostgreSQL, each with the limits that keep one unit from holding up the others."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.pool import NullPool

from antonnia_server.settings import PostgresLimits

from .pipelined import PipelinedConnection

Connection = TypeVar("Connection", bound="psycopg.Connection[Any]")

# Whoever vanished without a word is noticed after 25 seconds.
_KEEPALIVES = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
# What the URL says goes before these. Of several hosts the one that takes writes is found.
_DEFAULTS = {
    "application_name": "antonnia",
    "target_session_attrs": "read-write",
    **_KEEPALIVES,
}
PREPARED_STATEMENTS = 512


def open_connection(url: str, limits: PostgresLimits, kind: type[Connection]) -> Connection:
    """A connection of that kind with our limits, without transactions of the driver."""
    given = _parameters_of(url)
    defaults: dict[str, Any] = {"connect_timeout": limits.connect_seconds, **_DEFAULTS}
    parameters = defaults | given
    connection = kind.connect(make_conninfo("", **parameters), autocommit=True)
    try:
        _set_limits(connection, limits)
    except BaseException:
        connection.close()
        raise
    return connection


def _parameters_of(url: str) -> dict[str, Any]:
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # What the library says of it shows a part of it, which may be the password.
        raise psycopg.OperationalError(
            "its URL is malformed; a % in a name or a password is written as %25"
        ) from None


def _set_limits(connection: psycopg.Connection[Any], limits: PostgresLimits) -> None:
    connection.prepared_max = PREPARED_STATEMENTS
    settings: dict[str, str | int] = {
        "client_encoding": "UTF8",
        "statement_timeout": limits.statement_seconds * 1000,
        "lock_timeout": limits.lock_seconds * 1000,
        "idle_in_transaction_session_timeout": limits.idle_seconds * 1000,
        # So that the server notices it too, if we are the one: what we have locked is free then.
        **{f"tcp_{name}": value for name, value in _KEEPALIVES.items()},
    }
    setting = sql.SQL("SET {} = {}")
    assignments = (
        setting.format(sql.Identifier(name), sql.Literal(value)) for name, value in settings.items()
    )
    # Several in one: on a cursor that begins no transaction.
    cursor = psycopg.Cursor(connection)
    cursor.execute(sql.SQL("; ").join(assignments))
    # What is answered is on the disk. A server that waits for more, such as a standby, goes on so.
    cursor.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )


def connect(
    url: str, limits: PostgresLimits | None = None, *, read_only: bool = False
) -> sa.Engine:
    """An engine on the database at `url`, whose transactions are snapshots if `read_only`."""

    def open_for_engine() -> PipelinedConnection:
        connection = open_connection(url, limits or PostgresLimits(), PipelinedConnection)
        if read_only:
            connection.begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        return connection

    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=open_for_engine,
        poolclass=NullPool,
        use_native_hstore=False,
    )
    engine.dialect.ddl_compiler = _BytewiseText
    return engine


class _BytewiseText(PGDDLCompiler):
    """Makes columns of text that are compared byte by byte, as on SQLite, whatever the locale.

    An index over text in the order of a locale is wrong after an update of the system's locales.
    """

    def get_column_specification(self, column: sa.Column[Any], **options: Any) -> str:
        specification: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]  # has no types
        if isinstance(column.type, sa.Text):
            specification += ' COLLATE "C"'
        return specification
