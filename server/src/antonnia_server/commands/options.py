"""What several commands ask: where the data is, where to listen, how far a server may grow."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from antonnia_server.data_directory import DATABASE_NAME, DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.settings import DEFAULT_DATA_DIRECTORY, DEFAULT_HOST, DEFAULT_PORT, Limits

P = ParamSpec("P")
R = TypeVar("R")

_SQLITE = "sqlite:///"


def data_options(command: Callable[Concatenate[DataDirectory, P], R]) -> Callable[..., R]:
    """Give a command `--data` and `--database-url`, and call it with what they name."""

    @click.option(
        "--data",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help=f"The data directory.  [default: {DEFAULT_DATA_DIRECTORY}]",
    )
    @click.option(
        "--database-url", metavar="URL", help="Or the database itself: sqlite:////path/to/file.db."
    )
    @functools.wraps(command)
    def with_directory(
        data: Path | None, database_url: str | None, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        return command(_directory(data, database_url), *args, **kwargs)

    return with_directory


def listen_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command `--host` and `--port`."""
    host = click.option(
        "--host", default=DEFAULT_HOST, show_default=True, help="The address to listen on."
    )
    port = click.option(
        "--port",
        default=DEFAULT_PORT,
        show_default=True,
        type=click.IntRange(0, 65535),
        help="The port to listen on; 0 takes a free one.",
    )
    return host(port(command))


def limit_options(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command an option for each of the limits, and call it with all of them."""
    limits = dataclasses.fields(Limits)

    @functools.wraps(command)
    def with_limits(*args: Any, **kwargs: Any) -> R:
        given = {limit.name: kwargs.pop(limit.name) for limit in limits}
        return command(*args, limits=Limits(**given), **kwargs)

    for limit in reversed(limits):
        option = click.option(
            "--" + limit.name.replace("_", "-"),
            default=limit.default,
            show_default=True,
            type=click.IntRange(min=1),
            help=limit.metadata["what"],
        )
        with_limits = option(with_limits)
    return with_limits


def _directory(data: Path | None, database_url: str | None) -> DataDirectory:
    if database_url is None:
        return DataDirectory((data or DEFAULT_DATA_DIRECTORY) / DATABASE_NAME)
    if data is not None:
        raise Fault("give either --data or --database-url, not both.")
    if database_url.startswith(("postgres:", "postgresql:", "postgresql+")):
        raise Fault("this version stores in SQLite only; give a URL such as sqlite:////path/to.db.")
    path = database_url.removeprefix(_SQLITE)
    if path == database_url or not path or "?" in path:
        raise Fault(
            "--database-url is not one that is understood; give one such as sqlite:////path/to.db."
        )
    return DataDirectory(Path(path))
