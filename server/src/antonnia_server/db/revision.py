"""Which schema a database has, and which one this version wants; asked at every start.

Alembic itself is only loaded where a migration runs: importing it takes as long as the rest of
the start.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest_revision() -> str:
    """The revision of this version: the highest of the migrations, which are numbered."""
    return revisions()[-1]


def revisions(versions: Path = VERSIONS) -> list[str]:
    """All revisions of a folder of migrations, in order."""
    return sorted(path.stem.partition("_")[0] for path in versions.glob("[0-9]*.py"))


def stored_revision(connection: sa.Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return revision
