"""`antonnia restore`."""

from __future__ import annotations

from pathlib import Path

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault

from .options import data_options


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_options
def restore(directory: DataDirectory, file: Path) -> None:
    """Make a new data directory of the backup FILE."""
    from antonnia_server.standalone import copied, migrate_database

    with directory.owned(for_a_new_database=True):
        copied(file, directory.database)
        try:
            migrate_database(directory)
        except Fault:
            # The directory stays as new as it was.
            directory.database.unlink()
            raise
    click.echo(f"{directory.database} is as it was when {file} was made.")
