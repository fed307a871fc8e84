"""`antonnia backup`."""

from __future__ import annotations

from pathlib import Path

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault

from .options import data_options


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@data_options
def backup(directory: DataDirectory, file: Path) -> None:
    """Copy the database into the new FILE; a server may be running.

    The copy holds what was acknowledged before the command began. `antonnia restore` makes a data
    directory of it.
    """
    from antonnia_server.standalone import copied

    if not directory.database.exists():
        raise Fault(f"there is no database at {directory.database}.")
    size = copied(directory.database, file)
    click.echo(f"{file} holds the database, {size:,} bytes, and was checked.")
