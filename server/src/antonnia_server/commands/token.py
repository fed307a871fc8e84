"""`antonnia token create|list|rotate|revoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.shared_database import SharedDatabase

from .options import database_options, json_option, organization_option, refuse_without_database

if TYPE_CHECKING:
    from antonnia.auth.types import Token


@click.group()
def token() -> None:
    """Make API tokens, list, rotate and revoke them."""


@token.command()
@click.option(
    "--organization", required=True, metavar="NAME", help="Whose token; made if it is new."
)
@click.option("--name", metavar="TEXT", help="What it is for.")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    metavar="PERMISSION",
    envvar="ANTONNIA_TOKEN_CREATE_PERMISSION",
    help="What it may do, such as conversations:write; may be given several times.  "
    "[default: *, which is everything]",
)
@click.option(
    "--user",
    metavar="EMAIL",
    help="Whose it is: it may never do more than the role of this member.",
)
@click.option(
    "--expires-in-days",
    type=click.IntRange(1, 36_500),
    metavar="N",
    help="Days after which it lets nobody in; never if left out.",
)
@json_option("ANTONNIA_TOKEN_CREATE_JSON")
@database_options
def create(
    directory: DataDirectory | SharedDatabase,
    organization: str,
    name: str | None,
    permissions: tuple[str, ...],
    user: str | None,
    expires_in_days: int | None,
    is_json: bool,
) -> None:
    """Make a token and print it, this once."""
    from antonnia_server.operator import CREATE_TOKEN, MADE_HERE, TokenOrder

    from .desk import opened_desk

    order = TokenOrder(
        organization=organization,
        name=MADE_HERE if name is None else name,
        permissions=permissions or ("*",),
        email=user,
        expires_in_days=expires_in_days,
    )
    with opened_desk(directory) as desk:
        created = desk.ask(CREATE_TOKEN, order)
    if is_json:
        click.echo(created.model_dump_json())
    else:
        click.echo(created.token)
        click.echo(
            f"{created.token_id} for {'the new ' if created.is_organization_new else ''}"
            f"organization {organization} ({created.organization_id})",
            err=True,
        )


@token.command("list")
@organization_option("Whose tokens")
@json_option("ANTONNIA_TOKEN_LIST_JSON")
@database_options
def list_tokens(
    directory: DataDirectory | SharedDatabase, organization: str | None, is_json: bool
) -> None:
    """Print the tokens, the oldest first; never their secrets."""
    from antonnia_server.operator import LIST_TOKENS, TokensOrder

    from .desk import opened_desk

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        order = TokensOrder(organization=organization)
        while True:
            page = desk.ask(LIST_TOKENS, order)
            for each in page.tokens:
                click.echo(each.model_dump_json() if is_json else _line(each))
            if page.next_cursor is None:
                return
            order = TokensOrder(organization=organization, cursor=page.next_cursor)


@token.command()
@click.argument("token_id", metavar="TOKEN_ID")
@click.option(
    "--overlap-seconds",
    default=0,
    show_default=True,
    type=click.IntRange(0, 604_800),
    help="Seconds for which the old secret goes on working.",
)
@organization_option("Whose token")
@json_option("ANTONNIA_TOKEN_ROTATE_JSON")
@database_options
def rotate(
    directory: DataDirectory | SharedDatabase,
    token_id: str,
    overlap_seconds: int,
    organization: str | None,
    is_json: bool,
) -> None:
    """Give a token a new secret and print it, this once."""
    from antonnia_server.operator import ROTATE_TOKEN, RotationOrder

    from .desk import opened_desk

    order = RotationOrder(
        organization=organization, token_id=token_id, overlap_seconds=overlap_seconds
    )
    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        rotated = desk.ask(ROTATE_TOKEN, order)
    click.echo(rotated.model_dump_json() if is_json else rotated.secret)


@token.command()
@click.argument("token_id", metavar="TOKEN_ID")
@organization_option("Whose token")
@database_options
def revoke(
    directory: DataDirectory | SharedDatabase, token_id: str, organization: str | None
) -> None:
    """Let a token in no more: within a second it holds everywhere."""
    from antonnia_server.operator import REVOKE_TOKEN, RevocationOrder

    from .desk import opened_desk

    refuse_without_database(directory)
    with opened_desk(directory) as desk:
        revoked = desk.ask(
            REVOKE_TOKEN, RevocationOrder(organization=organization, token_id=token_id)
        )
    click.echo(_line(revoked.token))


def _line(token: Token) -> str:
    from antonnia_server.clock import SystemClock, from_datetime

    from .shown import printable

    state = "active"
    if token.revoked_at is not None:
        state = f"revoked {token.revoked_at:%Y-%m-%d}"
    elif token.expires_at is not None:
        has_expired = from_datetime(token.expires_at) <= SystemClock().now()
        state = f"{'expired' if has_expired else 'expires'} {token.expires_at:%Y-%m-%d}"
    used = "never used" if token.last_used_at is None else f"used {token.last_used_at:%Y-%m-%d}"
    parts = [token.id, f"{token.prefix}…", state, used, " ".join(token.permissions)]
    return "  ".join([*parts, printable(token.name)])
