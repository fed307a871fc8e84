"""Asking for help costs nothing."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from given_server import run

from antonnia_server.cli import main

KNOWLEDGE = ["knowledge import", "knowledge list", "knowledge remove"]
COMMANDS = [
    "dev",
    "serve",
    "worker",
    "migrate",
    "token create",
    "token list",
    "token rotate",
    "token revoke",
    "org create",
    "org list",
    "user create",
    "user list",
    "user remove",
    *KNOWLEDGE,
    "chat",
    "sessions tail",
    "events tail",
    "listen",
    "trigger",
]
HEAVY = ["fastapi", "sqlalchemy", "pydantic", "httpx", "uvicorn", "alembic"]


def test_help_loads_neither_the_framework_nor_the_database() -> None:
    program = (
        "import sys; from antonnia_server.cli import main;"
        "main(['--help'], standalone_mode=False);"
        f"print('loaded:', [name for name in {HEAVY} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )

    assert "dev" in result.stdout
    assert result.stdout.splitlines()[-1] == "loaded: []"


def test_version() -> None:
    assert run("--version").stdout == "antonnia, version 3.0.0\n"


def test_every_command_has_help() -> None:
    for command in COMMANDS:
        result = run(*command.split(), "--help")

        assert result.returncode == 0, command
        assert "--data DIR" in result.stdout
        assert "--database-url URL" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_named_in_the_environment_as_it_is_written(command: str) -> None:
    context = click.Context(main, **main.context_settings)
    for name in command.split():
        group = context.command
        assert isinstance(group, click.Group)
        found = group.get_command(context, name)
        assert found is not None
        context = click.Context(found, parent=context, info_name=name)

    for option in context.command.params:
        if isinstance(option, click.Option):
            name = "_".join(["ANTONNIA", *command.split(), option.opts[0].lstrip("-")])
            derived = f"{context.auto_envvar_prefix}_{(option.name or '').upper()}"
            first = option.envvar[0] if isinstance(option.envvar, list) else option.envvar
            assert (first or derived) == name.upper().replace("-", "_")
