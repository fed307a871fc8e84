"""Bring a database's schema to this version's."""

from __future__ import annotations

import re

import sqlalchemy as sa

from antonnia_server.settings import MigrationLimits

from .compatibility import can_work_on, create_compatibility
from .revision import newest_revision, stored_revision
from .schema import tables_on
from .upgrading import alone, run_missing

# Migrations are numbered.
_IS_OURS = re.compile(r"[0-9]{4}")


class NewerSchema(Exception):
    """The database was made by a newer version; this one must not touch it."""

    def __init__(self, stored: str) -> None:
        super().__init__(
            f"The database has schema {stored}, which is newer than this version's "
            f"({newest_revision()}) and does not suit it. Install the version of Antonnia that "
            "made it."
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


def migrate(engine: sa.Engine, limits: MigrationLimits | None = None) -> bool:
    """Make the schema, or run the migrations that are missing; whether there was anything to do.

    An empty database gets this version's tables at once, in one transaction: loading Alembic and
    walking through the history would take longer than the rest of the start. A test holds both
    ways to the same schema.

    Raises:
        NewerSchema: The database is ahead of this version, and this version cannot work on it.
        LocksHeld: Others hold what a migration needs.
    """
    with alone(engine) as connection:
        stored = stored_revision(connection)
        is_usable = can_work_on(connection, stored)
        connection.rollback()
        if is_usable:
            return False
        if stored is None:
            _create(connection)
        elif stored > newest_revision():
            raise NewerSchema(stored)
        else:
            run_missing(connection, limits)
        return True


def upgrade(engine: sa.Engine, limits: MigrationLimits | None = None) -> None:
    """Run the migrations that are missing, from the first on if the database is empty."""
    with alone(engine) as connection:
        run_missing(connection, limits)


def _create(connection: sa.Connection) -> None:
    from .tables import metadata

    tables = tables_on(connection.dialect.name)
    # As Alembic makes it, so that the next version can go on from here.
    revision = sa.Table(
        "alembic_version",
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    with connection.begin():
        # Whatever is in the way is not ours: fail, rather than take it for a table of this version.
        metadata.create_all(connection, tables, checkfirst=False)
        revision.create(connection)
        connection.execute(sa.insert(revision).values(version_num=newest_revision()))
        create_compatibility(connection)
