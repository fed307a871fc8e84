"""`antonnia migrate`."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.settings import MigrationLimits
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, migration_options


@click.command()
@database_options
@migration_options
def migrate(directory: DataDirectory | SharedDatabase, limits: MigrationLimits) -> None:
    """Bring the database to this version's schema; every start of a server does so too.

    On PostgreSQL servers may run meanwhile. A migration that does not get its locks lets them pass
    and tries again.
    """
    from antonnia_server import shared_standalone
    from antonnia_server.db.revision import newest_revision
    from antonnia_server.operator import REPORT_SCHEMA, SchemaQuestion

    from .desk import opened_desk

    is_shared = isinstance(directory, SharedDatabase)
    if isinstance(directory, SharedDatabase):
        shared_standalone.migrate_shared(directory, limits)
    wanted = newest_revision()
    with opened_desk(directory) as desk:
        stored = desk.ask(REPORT_SCHEMA, SchemaQuestion()).revision
    if stored != wanted and not is_shared:
        raise Fault(
            f"a server of another version runs on this database (schema {stored}, not {wanted}); "
            "stop it first."
        )
    click.echo(f"The database has schema {stored}{_remark(stored, wanted)}.")


def _remark(stored: str, wanted: str) -> str:
    if stored == wanted:
        return ""
    return f", which is newer than this version's ({wanted}) and suits it"
