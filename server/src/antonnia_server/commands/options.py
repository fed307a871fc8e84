"""What several commands ask: where the data is, where to listen, how far a server may grow."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from antonnia_server.data_directory import DATABASE_NAME, DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.settings import (
    DEFAULT_DATA_DIRECTORY,
    DEFAULT_HOST,
    DEFAULT_PORT,
    AuditLimits,
    JobLimits,
    Limits,
    LogLimits,
    MigrationLimits,
    PostgresLimits,
    WebhookLimits,
)
from antonnia_server.shared_database import SharedDatabase

P = ParamSpec("P")
R = TypeVar("R")

_SQLITE = "sqlite:///"
_POSTGRES = ("postgres://", "postgresql://")


_data = click.option(
    "--data",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"The data directory.  [default: {DEFAULT_DATA_DIRECTORY}]",
)


def data_options(command: Callable[Concatenate[DataDirectory, P], R]) -> Callable[..., R]:
    """Give a command `--data` and `--database-url`, and call it with what they name."""

    @_data
    @click.option(
        "--database-url", metavar="URL", help="Or the database itself: sqlite:////path/to/file.db."
    )
    @functools.wraps(command)
    def with_directory(
        data: Path | None, database_url: str | None, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        return command(_directory(data, database_url), *args, **kwargs)

    return with_directory


def database_options(
    command: Callable[Concatenate[DataDirectory | SharedDatabase, P], R],
) -> Callable[..., R]:
    """As `data_options`, and the URL may be one of PostgreSQL."""

    @_data
    @click.option(
        "--database-url",
        metavar="URL",
        help="Or the database itself: sqlite:////path/to/file.db or postgresql://host/name.",
    )
    @functools.wraps(command)
    def with_database(
        data: Path | None, database_url: str | None, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        if database_url is None or not database_url.startswith(_POSTGRES):
            return command(_directory(data, database_url), *args, **kwargs)
        _refuse_both(data)
        return command(SharedDatabase(database_url), *args, **kwargs)

    return with_database


def organization_option(whose: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a command `--organization`, which may be left out."""
    described = f"{whose}; the one for development, or the only one, if left out."
    return click.option("--organization", metavar="NAME", help=described)


def json_option(variable: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a command `--json`, and that variable of the environment for it."""
    return click.option(
        "--json", "is_json", is_flag=True, envvar=variable, help="Print JSON, a line for each."
    )


def refuse_without_database(directory: DataDirectory | SharedDatabase) -> None:
    """What is not there has nothing in it, and to look must not make it."""
    if isinstance(directory, DataDirectory) and not directory.database.exists():
        raise Fault(f"There is no database {directory.database}.")


def postgres_url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """What an option is that takes the URL of a PostgreSQL and of nothing else."""
    if not value.startswith(_POSTGRES):
        raise click.BadParameter("must begin with postgresql://.", context, parameter)
    return value


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
    return _options_of(Limits, command, "limits")


def postgres_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for what it takes of a PostgreSQL."""
    return _options_of(PostgresLimits, command, "postgres_limits", prefix="database_")


def job_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for how it runs jobs."""
    return _options_of(JobLimits, command, "job_limits", prefix="job_")


def log_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for how long it keeps the log, and how many follow it."""
    return _options_of(LogLimits, command, "log_limits", prefix="log_")


def audit_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for how long it keeps who did what."""
    return _options_of(AuditLimits, command, "audit_limits", prefix="audit_")


def proxy_option(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command `--trusted-proxy`, of which there may be several."""
    return click.option(
        "--trusted-proxy",
        multiple=True,
        metavar="NETWORK",
        callback=_networks,
        help="Take the word of proxies in this network, such as 10.1.2.0/24, for where a request "
        "comes from (X-Forwarded-For); may be given several times.",
    )(command)


def webhook_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for how it sends events, and where to."""

    @click.option(
        "--webhook-retry-seconds",
        default=",".join(map(str, WebhookLimits.retry_seconds)),
        show_default=True,
        callback=_seconds,
        help="Seconds until the next attempt, after each failed one.",
    )
    @click.option(
        "--webhooks-allow-private",
        is_flag=True,
        # The one name of it for all commands, beside its name for each.
        default=lambda: os.environ.get("ANTONNIA_WEBHOOKS_ALLOW_PRIVATE") == "1",
        help="Send into private networks and to this machine too; never in production.",
    )
    @click.option(
        "--webhooks-allow-network",
        multiple=True,
        metavar="NETWORK",
        callback=_networks,
        help="Send into this network too, such as 10.1.2.0/24; may be given several times.",
    )
    @functools.wraps(command)
    def with_places(
        *args: Any,
        webhook_retry_seconds: tuple[int, ...],
        webhooks_allow_private: bool,
        webhooks_allow_network: tuple[str, ...],
        webhook_limits: WebhookLimits,
        **kwargs: Any,
    ) -> R:
        limits = dataclasses.replace(
            webhook_limits,
            retry_seconds=webhook_retry_seconds,
            allows_private=webhooks_allow_private,
            allowed_networks=webhooks_allow_network,
        )
        return command(*args, webhook_limits=limits, **kwargs)

    return _options_of(WebhookLimits, with_places, "webhook_limits", prefix="webhook_")


def _seconds(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    """Numbers with commas between."""
    parts = [part.strip() for part in value.split(",")]
    if not all(part.isdecimal() and int(part) for part in parts):
        raise click.BadParameter(f"{value!r} is not seconds with commas between, as 5,300,1800")
    return tuple(int(part) for part in parts)


def _networks(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(value)) for value in values)
    except ValueError as error:
        raise click.BadParameter(f"{error}") from error


def migration_options(command: Callable[..., R]) -> Callable[..., R]:
    """The same for how its migrations wait for others."""
    return _options_of(MigrationLimits, command, "limits")


def _options_of(
    kind: type[Limits]
    | type[PostgresLimits]
    | type[JobLimits]
    | type[LogLimits]
    | type[AuditLimits]
    | type[MigrationLimits]
    | type[WebhookLimits],
    command: Callable[..., R],
    argument: str,
    *,
    prefix: str = "",
) -> Callable[..., R]:
    limits = [limit for limit in dataclasses.fields(kind) if "what" in limit.metadata]

    @functools.wraps(command)
    def with_limits(*args: Any, **kwargs: Any) -> R:
        given = {limit.name: kwargs.pop(prefix + limit.name) for limit in limits}
        return command(*args, **{argument: kind(**given)}, **kwargs)

    for limit in reversed(limits):
        option = click.option(
            "--" + (prefix + limit.name).replace("_", "-"),
            default=limit.default,
            show_default=True,
            type=click.IntRange(min=limit.metadata.get("least", 1)),
            help=limit.metadata["what"],
        )
        with_limits = option(with_limits)
    return with_limits


def _directory(data: Path | None, database_url: str | None) -> DataDirectory:
    if database_url is None:
        return DataDirectory((data or DEFAULT_DATA_DIRECTORY) / DATABASE_NAME)
    _refuse_both(data)
    if database_url.startswith(_POSTGRES):
        raise Fault(
            "this command is for SQLite; on PostgreSQL there are `serve`, `worker`, `migrate`, "
            "`token`, `org`, `user`, `knowledge` and `sessions tail`."
        )
    path = database_url.removeprefix(_SQLITE)
    if path == database_url or not path or "?" in path:
        raise Fault(
            "--database-url is not one that is understood; give one such as sqlite:////path/to.db."
        )
    return DataDirectory(Path(path))


def _refuse_both(data: Path | None) -> None:
    if data is not None:
        raise Fault("give either --data or --database-url, not both.")
