"""`antonnia copy`."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.shared_database import SharedDatabase

from .options import data_options, postgres_url


@click.command()
@click.option(
    "--to",
    "url",
    metavar="URL",
    required=True,
    callback=postgres_url,
    help="postgresql://host/name",
)
@data_options
def copy(directory: DataDirectory, url: str) -> None:
    """Copy everything into an empty PostgreSQL database, to go on there.

    No server may run on the data directory, which is left as it is. Tokens, ids and whatever is to
    be done later stay what they are. If the command is stopped, nothing was copied, or
    everything was, and the next start of a server finishes its indexes.
    """
    from antonnia_server.copied import copied_to_shared

    if not directory.database.exists():
        raise Fault(f"there is no database at {directory.database}.")
    database = SharedDatabase(url)
    with directory.owned():
        counts = copied_to_shared(directory, database)
    what = ", ".join(f"{counts[name]:,} {name}" for name in ("sessions", "messages", "events"))
    click.echo(f"{database} holds everything now: {what}.")
    click.echo(
        f"Start `antonnia serve --database-url …` on it, and no more on {directory.database}."
    )
