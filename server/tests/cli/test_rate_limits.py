"""How often may be asked, as the commands take it."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from antonnia_server.commands.rate_options import rate_limit_options
from antonnia_server.settings import DEFAULT_RATE_LIMITS, RateLimits

TOKEN, ORGANIZATION = "ANTONNIA_RATE_LIMIT_TOKEN", "ANTONNIA_RATE_LIMIT_ORGANIZATION"
STORAGE = "ANTONNIA_RATE_LIMIT_STORAGE"


def given_rates(*arguments: str, **environment: str) -> RateLimits:
    taken: list[RateLimits] = []

    @click.command()
    @rate_limit_options("serve", DEFAULT_RATE_LIMITS, is_shared=True)
    def command(rates: RateLimits) -> None:
        taken.append(rates)

    runner = CliRunner(env={TOKEN: None, ORGANIZATION: None, STORAGE: None})
    result = runner.invoke(command, arguments, env=environment, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return taken[0]


def test_what_a_server_in_production_begins_with() -> None:
    assert given_rates() == RateLimits("6000/minute", "30000/minute")


def test_none_turns_a_limit_off() -> None:
    assert given_rates("--rate-limit-token", "none") == RateLimits(None, "30000/minute")
    assert given_rates(**{TOKEN: "none", ORGANIZATION: "None"}) == RateLimits()


def test_the_name_of_one_command_goes_before_the_name_for_all() -> None:
    environment = {TOKEN: "1/second", "ANTONNIA_SERVE_RATE_LIMIT_TOKEN": "2/second; 9 per hour"}

    assert given_rates(**environment).per_token == "2/second; 9 per hour"


@pytest.mark.parametrize("name", [TOKEN, ORGANIZATION])
@pytest.mark.parametrize("value", ["fast", "6000", "6000/fortnight", "0/minute", "-1/minute", ""])
def test_a_malformed_limit_is_refused_and_the_setting_named(name: str, value: str) -> None:
    option = "--" + name.removeprefix("ANTONNIA_").lower().replace("_", "-")

    with pytest.raises(click.BadParameter) as refused:
        given_rates(option, value)

    said = refused.value.format_message()
    assert said.startswith(f"Invalid value for {name}: {value!r} is no limit")
    assert '"6000/minute"' in said


def test_a_store_that_is_no_redis_is_refused_without_its_secret() -> None:
    with pytest.raises(click.BadParameter) as refused:
        given_rates(**{STORAGE: "memcached://secret@host"})

    said = refused.value.format_message()
    assert said == f"Invalid value for {STORAGE}: must begin with redis://, rediss:// or unix://."


def test_a_store_whose_address_cannot_be_read_is_refused_without_its_secret() -> None:
    with pytest.raises(click.BadParameter) as refused:
        given_rates(**{STORAGE: "redis://:secret@host:port"})

    assert refused.value.format_message() == (
        f"Invalid value for {STORAGE}: cannot be read as redis://host:6379/0."
    )


def test_the_secret_of_a_store_is_not_shown() -> None:
    rates = given_rates(**{STORAGE: "redis://:secret@host:6379/0"})

    assert rates.storage == "redis://:secret@host:6379/0"
    assert "secret" not in repr(rates)
