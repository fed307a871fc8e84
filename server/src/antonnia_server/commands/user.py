"""`antonnia user create|list|remove`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, json_option, organization_option, refuse_without_database

if TYPE_CHECKING:
    from antonnia.auth.types import Member, Role


@click.group()
def user() -> None:
    """The people in an organization."""


@user.command()
@click.argument("email")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["owner", "admin", "agent", "viewer"]),
    help="What they may do.",
)
@click.option("--name", metavar="TEXT", help="What they are called; by default as before the @.")
@organization_option("Whose member")
@json_option("ANTONNIA_USER_CREATE_JSON")
@database_options
def create(
    directory: DataDirectory | SharedDatabase,
    email: str,
    role: Role,
    name: str | None,
    organization: str | None,
    is_json: bool,
) -> None:
    """Make who has the address EMAIL a member of an organization."""
    from antonnia_server.operator import CREATE_USER, UserOrder

    from .desk import opened_desk

    order = UserOrder(organization=organization, email=email, role=role, name=name)
    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        member = desk.ask(CREATE_USER, order)
    click.echo(member.model_dump_json() if is_json else _line(member))


@user.command("list")
@organization_option("Whose members")
@json_option("ANTONNIA_USER_LIST_JSON")
@database_options
def list_users(
    directory: DataDirectory | SharedDatabase, organization: str | None, is_json: bool
) -> None:
    """Print who is in an organization, and as what."""
    from antonnia_server.operator import LIST_USERS, UsersOrder

    from .desk import opened_desk

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        order = UsersOrder(organization=organization)
        while True:
            page = desk.ask(LIST_USERS, order)
            for member in page.members:
                click.echo(member.model_dump_json() if is_json else _line(member))
            if page.next_cursor is None:
                return
            order = UsersOrder(organization=organization, cursor=page.next_cursor)


@user.command()
@click.argument("email")
@organization_option("Whose member")
@database_options
def remove(directory: DataDirectory | SharedDatabase, email: str, organization: str | None) -> None:
    """Take who has the address EMAIL out of an organization; their tokens are revoked."""
    from antonnia_server.operator import REMOVE_USER, UserRemoval

    from .desk import opened_desk

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        removed = desk.ask(REMOVE_USER, UserRemoval(organization=organization, email=email))
    click.echo(f"{removed.email} is no member any more.")


def _line(member: Member) -> str:
    return "  ".join([member.user_id, member.role, member.email])
