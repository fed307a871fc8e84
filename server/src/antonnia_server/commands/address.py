"""The server that a command talks to, over the API as everyone does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault

from .options import data_options

P = ParamSpec("P")
R = TypeVar("R")


class Address(NamedTuple):
    """Where a server is, and what it lets us in with."""

    base_url: str
    token: str


def address_options(
    name: str,
) -> Callable[[Callable[Concatenate[Address, P], R]], Callable[..., R]]:
    """Give a command `--url`, `--token` and `--data`, and call it with the server they name.

    `name` is the command as it is written in the environment, such as EVENTS_TAIL.
    """

    def decorate(command: Callable[Concatenate[Address, P], R]) -> Callable[..., R]:
        @click.option(
            "--url",
            metavar="URL",
            envvar=[f"ANTONNIA_{name}_URL", "ANTONNIA_BASE_URL"],
            help="The server; the one on the data directory if left out.",
        )
        @click.option(
            "--token",
            metavar="TOKEN",
            envvar=[f"ANTONNIA_{name}_TOKEN", "ANTONNIA_TOKEN"],
            help="The API token; the one for development if left out.",
        )
        @data_options
        @functools.wraps(command)
        def with_address(
            directory: DataDirectory, /, url: str | None, token: str | None, **kwargs: Any
        ) -> R:
            there = _given(url, token) if url is not None else _running(directory, token)
            return command(there, **kwargs)  # type: ignore[call-arg]  # what click has parsed

        return with_address

    return decorate


def _given(url: str, token: str | None) -> Address:
    return Address(url, needed_token(token))


def _running(directory: DataDirectory, token: str | None) -> Address:
    from .desk import find_running_server

    server = find_running_server(directory)
    if server is None:
        raise Fault(
            f"no server is running on {directory.database}; start one, or name it with --url."
        )
    return Address(server.base_url, needed_token(token or directory.find_token()))


def needed_token(token: str | None) -> str:
    if token is None:
        raise Fault("give a --token; `antonnia token create` makes one.")
    return token
