"""Asking for help costs nothing."""

from __future__ import annotations

import subprocess
import sys

from given_server import run

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
    for command in ["dev", "serve", "migrate", "token create", "knowledge import"]:
        result = run(*command.split(), "--help")

        assert result.returncode == 0, command
        assert "--data DIR" in result.stdout
        assert "--database-url URL" in result.stdout
