"""What a command asks of how often may be asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

import click

from antonnia_server.fault import Fault
from antonnia_server.settings import RateLimits

R = TypeVar("R")

NO_LIMIT = "none"
_REDIS = ("redis://", "rediss://", "unix://")


def rate_limit_options(
    command_name: str, defaults: RateLimits, *, is_shared: bool
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command how often may be asked, and, if it `is_shared`, who says so to all processes.

    Each has one name in the environment for all commands, beside its name for each.
    """

    def names(option: str) -> list[str]:
        return [f"ANTONNIA_{command_name.upper()}_{option}", f"ANTONNIA_{option}"]

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        @click.option(
            "--rate-limit-token",
            metavar="LIMITS",
            default=defaults.per_token or NO_LIMIT,
            show_default=True,
            envvar=names("RATE_LIMIT_TOKEN"),
            callback=_rates,
            help=f'How often one token may ask, such as "100/second;6000/minute", or {NO_LIMIT}.',
        )
        @click.option(
            "--rate-limit-organization",
            metavar="LIMITS",
            default=defaults.per_organization or NO_LIMIT,
            show_default=True,
            envvar=names("RATE_LIMIT_ORGANIZATION"),
            callback=_rates,
            help="How often all tokens of an organization may ask together.",
        )
        @functools.wraps(command)
        def with_rates(
            *args: Any,
            rate_limit_token: str | None,
            rate_limit_organization: str | None,
            rate_limit_storage: str | None = None,
            **kwargs: Any,
        ) -> R:
            rates = RateLimits(rate_limit_token, rate_limit_organization, rate_limit_storage)
            return command(*args, rates=rates, **kwargs)

        return _storage_option(with_rates) if is_shared else with_rates

    return decorate


def _rates(context: click.Context, option: click.Parameter, value: str) -> str | None:
    from antonnia_server.rate_limits.limiter import parsed

    if value.strip().lower() == NO_LIMIT:
        return None
    try:
        parsed(value)
    except ValueError as error:
        raise click.BadParameter(
            f'{value!r} is no limit that lets anybody in; write one such as "6000/minute", '
            f'several as "100/second;6000/minute", or "{NO_LIMIT}".',
            param_hint=_general_name(option),
        ) from error
    return value


def _general_name(option: click.Parameter) -> str:
    assert isinstance(option.envvar, list), "the name of each command, and the one for all"
    return str(option.envvar[-1])


def _redis_url(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    # What is in it may be a secret, and is not said.
    if not value.startswith(_REDIS):
        raise click.BadParameter(
            "must begin with redis://, rediss:// or unix://.", param_hint=_general_name(option)
        )
    if find_spec("redis") is None:
        raise Fault("Redis needs its driver: pip install 'antonnia-server[redis]'.")
    from redis.asyncio.connection import parse_url

    try:
        parse_url(value)
    except ValueError:
        raise click.BadParameter(
            "cannot be read as redis://host:6379/0.", param_hint=_general_name(option)
        ) from None
    return value


_storage_option = click.option(
    "--rate-limit-storage",
    metavar="URL",
    envvar=["ANTONNIA_SERVE_RATE_LIMIT_STORAGE", "ANTONNIA_RATE_LIMIT_STORAGE"],
    callback=_redis_url,
    help="A redis://host:6379/0 to count in, for all processes.  [default: their PostgreSQL]",
)
