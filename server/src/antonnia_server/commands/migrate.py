"""`antonnia migrate`."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.shared_database import SharedDatabase

from .options import database_options


@click.command()
@database_options
def migrate(directory: DataDirectory | SharedDatabase) -> None:
    """Bring the database to this version's schema; every start of a server does so too."""
    from antonnia_server.db.revision import newest_revision
    from antonnia_server.operator import REPORT_SCHEMA, SchemaQuestion

    from .desk import opened_desk

    wanted = newest_revision()
    with opened_desk(directory) as desk:
        stored = desk.ask(REPORT_SCHEMA, SchemaQuestion()).revision
    if stored != wanted:
        raise Fault(
            f"a server of another version runs on this database (schema {stored}, not {wanted}); "
            "stop it first."
        )
    click.echo(f"The database has schema {stored}.")
