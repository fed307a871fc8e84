"""`antonnia token create`."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.shared_database import SharedDatabase

from .options import database_options


@click.group()
def token() -> None:
    """Make API tokens."""


@token.command()
@click.option(
    "--organization", required=True, metavar="NAME", help="Whose token; made if it is new."
)
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_TOKEN_CREATE_JSON",
    help="Print one line of JSON.",
)
@database_options
def create(directory: DataDirectory | SharedDatabase, organization: str, is_json: bool) -> None:
    """Make a token and print it, this once."""
    from antonnia_server.operator import CREATE_TOKEN, TokenOrder

    from .desk import opened_desk

    with opened_desk(directory) as desk:
        created = desk.ask(CREATE_TOKEN, TokenOrder(organization=organization))
    if is_json:
        click.echo(created.model_dump_json())
    else:
        click.echo(created.token)
        click.echo(f"for organization {organization} ({created.organization_id})", err=True)
