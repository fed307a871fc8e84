"""`antonnia serve`: the server and nothing made on the way."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.process import run_server
from antonnia_server.settings import Limits

from .options import data_options, limit_options, listen_options


@click.command()
@listen_options
@limit_options
@data_options
def serve(directory: DataDirectory, host: str, port: int, *, limits: Limits) -> None:
    """Run the server in production.

    `antonnia token create` makes the organizations and tokens.
    """

    def say_ready(base_url: str) -> None:
        click.echo(f"Antonnia is running at {base_url}.", err=True)

    run_server(
        directory,
        host,
        port,
        is_test_clock=False,
        limits=limits,
        prepare=lambda: None,
        on_ready=say_ready,
    )
