"""Everything public in our wheels is typed: a user's type checker never meets an unknown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from environments import ROOT, Environment, packages
from interpreters import interpreter

PYRIGHT = Path(sys.executable).with_name("pyright")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheels: list[Path]) -> Environment:
    folder = tmp_path_factory.mktemp("types") / "environment"
    environment = Environment(folder, interpreter("3.11"))
    environment.install("--require-hashes", "-r", ROOT / "requirements" / "sdk-3.11.txt")
    environment.install_wheels(*wheels)
    return environment


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_a_package_is_typed_through_and_through(package: Path, environment: Environment) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))
    module = project["tool"]["uv"]["build-backend"]["module-name"]
    # Away from the workspace, whose settings and sources would be found first. pyright looks into
    # the environment of the first `python` on the path.
    done = subprocess.run(
        [PYRIGHT, "--verifytypes", module, "--ignoreexternal", "--outputjson"],
        cwd=environment.folder,
        env={**os.environ, "PATH": f"{environment.python.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    completeness = json.loads(done.stdout)["typeCompleteness"]
    vague = [
        symbol["name"]
        for symbol in completeness["symbols"]
        if symbol["isExported"] and not symbol["isTypeKnown"]
    ]
    assert vague == []
    assert completeness["completenessScore"] == 1
    assert completeness["exportedSymbolCounts"]["withKnownType"] > 20
