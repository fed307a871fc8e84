"""What `deploy/` says is what the commands take, as far as that can be known without running it."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from antonnia_server.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
INSTALLED = "/opt/antonnia/bin/antonnia"


def commands() -> Iterator[list[str]]:
    """Every command line of ours, without the name of the program."""
    for unit in UNITS:
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment, method-assign]  # keeps its case
        parser.read(unit)
        yield shlex.split(parser["Service"]["ExecStart"])[1:]
    for service in COMPOSE["services"].values():
        if service.get("command", ["other"])[0] == "antonnia":
            yield service["command"][1:]
    [image] = re.findall(r"^CMD (.+)$", CONTAINERFILE, re.MULTILINE)
    yield json.loads(image)[1:]


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_every_command_line_is_understood(arguments: list[str]) -> None:
    name, *options = arguments

    context = command(name).make_context(name, options)

    assert context.args == []


def test_every_variable_is_an_option() -> None:
    known = {f"ANTONNIA_{name.upper()}_{option}" for name, option in options_in_environment()}
    # What Caddy is told, not we.
    known.add("ANTONNIA_HOST")

    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert set(re.findall(r"ANTONNIA_[A-Z_]+", path.read_text())) <= known, path


def test_the_units_are_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    antonnia = str(Path(sys.executable).with_name("antonnia"))
    here = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, here, strict=True):
        copy.write_text(unit.read_text().replace(INSTALLED, antonnia))

    result = subprocess.run(
        [analyze, "verify", *here], capture_output=True, text=True, timeout=60, check=False
    )

    complaints = [line for line in result.stderr.splitlines() if "antonnia" in line]
    assert complaints == []


def test_compose_names_only_what_is_there() -> None:
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in volumes
        if "build" in service:
            build = service["build"]
            assert (DEPLOY / build["context"]).resolve() == ROOT
            assert (ROOT / build["dockerfile"]).exists()


def test_the_image_is_made_of_what_is_there_and_does_not_run_as_root() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists()
    assert re.findall(r"^USER (\S+)$", CONTAINERFILE, re.MULTILINE) == ["antonnia"]


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name) if isinstance(main, click.Group) else None
    assert found is not None
    return found


def options_in_environment() -> Iterator[tuple[str, str]]:
    for name in ("serve", "worker"):
        for option in command(name).params:
            if isinstance(option, click.Option):
                yield name, option.opts[0].lstrip("-").replace("-", "_").upper()
