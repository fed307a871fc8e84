"""Bring a database's schema to this version's."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from .revision import newest_revision, stored_revision

_MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(Exception):
    """The database was made by a newer version; this one must not touch it."""

    def __init__(self, stored: str) -> None:
        super().__init__(
            f"The database has schema {stored}, which is newer than this version's "
            f"({newest_revision()}). Install the version of Antonnia that made it."
        )


def migrate(engine: sa.Engine) -> bool:
    """Run the migrations that are missing, each in a transaction; whether there were any.

    Raises:
        NewerSchema: The database is ahead of this version.
    """
    with engine.connect() as connection:
        stored = stored_revision(connection)
    if stored == newest_revision():
        return False
    if stored is not None and stored > newest_revision():
        raise NewerSchema(stored)

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True
