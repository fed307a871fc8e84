"""Bring a database's schema to this version's."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from .revision import newest_revision, stored_revision
from .schema import tables_on

# Migrations are numbered.
_IS_OURS = re.compile(r"[0-9]{4}")
_MIGRATIONS = Path(__file__).parent / "migrations"
# A number that nobody else is likely to lock in the same PostgreSQL database.
_MIGRATION_LOCK = 0x616E746F6E6E6961


class NewerSchema(Exception):
    """The database was made by a newer version; this one must not touch it."""

    def __init__(self, stored: str) -> None:
        super().__init__(
            f"The database has schema {stored}, which is newer than this version's "
            f"({newest_revision()}). Install the version of Antonnia that made it."
        )


class ForeignDatabase(Exception):
    """The database is one of another program; it must not be touched."""

    def __init__(self) -> None:
        super().__init__("it is the database of another program.")


class UnsuitableDatabase(Exception):
    """The database cannot hold what is stored."""


def refuse_foreign(engine: sa.Engine) -> None:
    """Look at a database before anything is changed of it, were it only its mode.

    Raises:
        ForeignDatabase: It holds the tables of something else.
        UnsuitableDatabase: It cannot hold all text.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            _need_unicode(connection)
        stored = stored_revision(connection)
        is_empty = not sa.inspect(connection).get_table_names()
    is_ours = is_empty if stored is None else _IS_OURS.fullmatch(stored)
    if not is_ours:
        raise ForeignDatabase


def _need_unicode(connection: sa.Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise UnsuitableDatabase(f"its encoding is {encoding}; make one with ENCODING 'UTF8'.")


def migrate(engine: sa.Engine) -> bool:
    """Make the schema, or run the migrations that are missing; whether there was anything to do.

    An empty database gets this version's tables at once, in one transaction: loading Alembic and
    walking through the history would take longer than the rest of the start. A test holds both
    ways to the same schema.

    Raises:
        NewerSchema: The database is ahead of this version.
    """
    with _alone(engine):
        with engine.connect() as connection:
            stored = stored_revision(connection)
        if stored == newest_revision():
            return False
        if stored is None:
            _create(engine)
        elif stored > newest_revision():
            raise NewerSchema(stored)
        else:
            upgrade(engine)
        return True


@contextmanager
def _alone(engine: sa.Engine) -> Generator[None]:
    """Let nobody else migrate meanwhile; of the processes on a PostgreSQL, several may start."""
    if engine.dialect.name == "sqlite":
        # Its one process owns the file.
        yield
        return
    with engine.connect() as connection:
        # Whoever migrates may take long, and so may we.
        for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        yield


def upgrade(engine: sa.Engine) -> None:
    """Run the migrations that are missing, each in a transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _create(engine: sa.Engine) -> None:
    from .tables import metadata

    tables = tables_on(engine.dialect.name)
    # As Alembic makes it, so that the next version can go on from here.
    revision = sa.Table(
        "alembic_version",
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    with engine.begin() as connection:
        # Whatever is in the way is not ours: fail, rather than take it for a table of this version.
        metadata.create_all(connection, tables, checkfirst=False)
        revision.create(connection)
        connection.execute(sa.insert(revision).values(version_num=newest_revision()))
