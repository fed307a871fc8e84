"""`antonnia events tail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .address import Address, address_options
from .following import following, following_options, json_of
from .shown import printable

if TYPE_CHECKING:
    from antonnia.events.types import Event


@click.group()
def events() -> None:
    """Follow the log of events."""


@events.command()
@following_options("EVENTS_TAIL")
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    envvar="ANTONNIA_EVENTS_TAIL_JSON",
    help="Print each event as one line of JSON.",
)
@address_options("EVENTS_TAIL")
def tail(there: Address, types: tuple[str, ...], after: int | None, is_json: bool) -> None:
    """Print events as they happen, until Ctrl-C.

    A server that is away is waited for, and nothing is left out.
    """
    with following(there, types, after) as stream:
        for event in stream:
            click.echo(json_of(event) if is_json else _line(event))


def _line(event: Event) -> str:
    at = event.created_at.astimezone().strftime("%H:%M:%S")
    data: dict[str, Any] = event.model_dump(include={"data"})["data"]
    reported: dict[str, Any] = data.get("object") or {}
    object_id = printable(str(reported.get("id", "-")))
    return f"{at}  {event.position}  {printable(event.type)}  {object_id}"
