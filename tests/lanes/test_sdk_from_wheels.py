"""The client packages, installed from their wheels, on the oldest and the newest that they promise.

The workspace itself runs on one interpreter with one set of versions. Here each lane gets an
environment of its own from a hash-pinned lock, and the packages' own tests run in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = ("antonnia-core", "antonnia-conversations", "antonnia-orchestrator")
UV = Path(sys.executable).with_name("uv")
LANES = {"3.8": "sdk-3.8-oldest.txt", "3.13": "sdk-3.13-newest.txt"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheels of the client packages, built as they would be published."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in CLIENTS:
        command = [UV, "build", "--wheel", "--no-build-isolation", "--out-dir", folder]
        run(command, ROOT / "packages" / name)
    return sorted(folder.glob("*.whl"))


@pytest.mark.parametrize("version", LANES)
def test_the_clients_pass_their_tests_from_wheels(
    version: str, wheels: list[Path], tmp_path: Path
) -> None:
    interpreter = find_interpreter(version)
    if interpreter is None:
        pytest.skip(f"there is no Python {version} on this machine")
    python = tmp_path / "environment" / "bin" / "python"
    run([UV, "venv", "--quiet", "--python", interpreter, python.parents[1]], ROOT)
    install = [UV, "pip", "install", "--quiet", "--python", python]
    run([*install, "--require-hashes", "-r", ROOT / "requirements" / LANES[version]], ROOT)
    run([*install, "--no-deps", "--no-index", *wheels], ROOT)

    tests = [ROOT / "packages" / name / "tests" for name in CLIENTS]
    # The pytest of an old interpreter does not know every option of the workspace.
    old = ["-W", "ignore:Unknown config option:pytest.PytestConfigWarning"]
    passed = run([python, "-m", "pytest", "-q", *old, "-p", "no:cacheprovider", *tests], ROOT)

    assert " passed" in passed


def find_interpreter(version: str) -> Path | None:
    """The interpreter of that version, among pyenv's or on the path."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    found = shutil.which(f"python{version}")
    # pyenv's own come first: what it puts on the path may refuse to run.
    return candidates[-1] if candidates else Path(found) if found is not None else None


def run(command: list[str | Path], folder: Path) -> str:
    """Run a command to its end; its output is in the failure, if it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
