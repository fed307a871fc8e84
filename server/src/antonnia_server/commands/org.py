"""`antonnia org create|list`."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, json_option, refuse_without_database


@click.group()
def org() -> None:
    """Make organizations, and list them."""


@org.command()
@click.argument("name")
@click.option(
    "--partner",
    "is_partner",
    is_flag=True,
    envvar="ANTONNIA_ORG_CREATE_PARTNER",
    help="It may make organizations for others.",
)
@json_option("ANTONNIA_ORG_CREATE_JSON")
@database_options
def create(
    directory: DataDirectory | SharedDatabase, name: str, is_partner: bool, is_json: bool
) -> None:
    """Make an organization, or, with --partner, let the one of that name make others."""
    from antonnia_server.operator import CREATE_ORGANIZATION, OrganizationOrder

    from .desk import opened_desk

    with opened_desk(directory) as desk:
        made = desk.ask(CREATE_ORGANIZATION, OrganizationOrder(name=name, is_partner=is_partner))
    click.echo(made.model_dump_json() if is_json else made.id)


@org.command("list")
@json_option("ANTONNIA_ORG_LIST_JSON")
@database_options
def list_organizations(directory: DataDirectory | SharedDatabase, is_json: bool) -> None:
    """Print the organizations by name."""
    from antonnia_server.operator import LIST_ORGANIZATIONS, OrganizationsOrder

    from .desk import opened_desk
    from .shown import printable

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        found = desk.ask(LIST_ORGANIZATIONS, OrganizationsOrder())
    for each in found.organizations:
        line = f"{each.id}  {each.type}  {printable(each.name)}"
        if each.shown_name is not None:
            line += f"  (calls itself {printable(each.shown_name)!r})"
        click.echo(each.model_dump_json() if is_json else line)
