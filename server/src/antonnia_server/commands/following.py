"""What the commands that follow events have in common."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from antonnia_server.fault import Fault

from .address import Address

if TYPE_CHECKING:
    from antonnia.core import SyncEventStream
    from antonnia.events.types import Event

R = TypeVar("R")


def following_options(name: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command `--type` and `--after`; `name` is how the environment has it."""

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        types = click.option(
            "--type",
            "types",
            metavar="TYPE",
            multiple=True,
            envvar=f"ANTONNIA_{name}_TYPE",
            help="Only events of this type, such as message.created or session.*; may be repeated.",
        )
        after = click.option(
            "--after",
            metavar="POSITION",
            type=click.IntRange(0),
            help="Begin after the event with this position; with what happens now if left out.",
        )
        return types(after(command))

    return decorate


@contextmanager
def following(
    there: Address, types: tuple[str, ...], after: int | None
) -> Generator[SyncEventStream[Event]]:
    """What happens at a server, until Ctrl-C."""
    from antonnia.events import SyncEvents
    from antonnia.events.exceptions import AntonniaError

    _say_when_it_is_cut_off()
    try:
        with (
            SyncEvents(there.token, there.base_url) as client,
            client.stream(list(types) or None, after=after) as stream,
        ):
            yield stream
    except AntonniaError as error:
        raise Fault(str(error)) from error
    except KeyboardInterrupt:
        # How one leaves it; nothing has gone wrong.
        return


def json_of(event: Event) -> str:
    """The event as it came."""
    return event.model_dump_json(exclude_unset=True)


def _say_when_it_is_cut_off() -> None:
    said = logging.StreamHandler(sys.stderr)
    said.setFormatter(logging.Formatter("antonnia: %(message)s"))
    logger = logging.getLogger("antonnia")
    logger.addHandler(said)
    logger.setLevel(logging.INFO)
