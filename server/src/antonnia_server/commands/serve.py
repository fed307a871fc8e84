"""`antonnia serve`: the server and nothing made on the way."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.process import run_server, run_shared_server
from antonnia_server.settings import Limits, PostgresLimits
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, limit_options, listen_options, postgres_options


@click.command()
@listen_options
@limit_options
@postgres_options
@database_options
def serve(
    database: DataDirectory | SharedDatabase,
    host: str,
    port: int,
    *,
    limits: Limits,
    postgres_limits: PostgresLimits,
) -> None:
    """Run the server in production.

    `antonnia token create` makes the organizations and tokens.
    """

    def say_ready(base_url: str) -> None:
        click.echo(f"Antonnia is running at {base_url}.", err=True)

    if isinstance(database, SharedDatabase):
        database = SharedDatabase(database.url, postgres_limits)
        run_shared_server(database, host, port, limits=limits, on_ready=say_ready)
        return
    run_server(
        database,
        host,
        port,
        is_test_clock=False,
        limits=limits,
        prepare=lambda: None,
        on_ready=say_ready,
    )
