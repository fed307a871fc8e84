"""Which versions can work on a database whose schema is newer than theirs.

While the processes of a PostgreSQL are updated one after the other, those of the old version go on
working on the schema of the new one. They do not know its migrations, so the database tells them.
Of SQLite there is one process, and nothing to tell.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .revision import newest_revision

# One row at most: the oldest revision whose version can work on this schema. With none, only the
# schema's own can, as on a database that has not been migrated since it was made.
_COMPATIBLE_SINCE = sa.Table(
    "compatible_since",
    sa.MetaData(),
    sa.Column("revision", sa.Text(), nullable=False),
)


def can_work_on(connection: sa.Connection, stored: str | None) -> bool:
    """Whether this version can work on a database with the revision `stored`, as it is."""
    newest = newest_revision()
    if stored is None or stored < newest:
        return False
    return stored == newest or (_find_since(connection) or stored) <= newest


def create_compatibility(connection: sa.Connection) -> None:
    """Make the table, where several versions can meet."""
    if connection.dialect.name == "postgresql":
        _COMPATIBLE_SINCE.create(connection, checkfirst=True)


def remember_compatibility(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Note, in the transaction of a migration, which versions can work with what it has made.

    Those that could before, unless it says `COMPATIBLE_SINCE = "<revision>"`. Alembic calls it.
    """
    connection: sa.Connection = ctx.connection
    if connection.dialect.name != "postgresql":
        return
    create_compatibility(connection)
    revision = step.up_revision
    before = _find_since(connection) or revision.down_revision or revision.revision
    since = max(before, getattr(revision.module, "COMPATIBLE_SINCE", before))
    connection.execute(sa.delete(_COMPATIBLE_SINCE))
    connection.execute(sa.insert(_COMPATIBLE_SINCE).values(revision=since))


def _find_since(connection: sa.Connection) -> str | None:
    if connection.dialect.name != "postgresql":
        return None
    if not sa.inspect(connection).has_table(_COMPATIBLE_SINCE.name):
        return None
    since: str | None = connection.execute(sa.select(_COMPATIBLE_SINCE.c.revision)).scalar()
    return since
