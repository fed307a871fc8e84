"""Our wheels beside others in the namespace `antonnia`, which may be of the older, pkgutil kind."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import sys
import zipfile
from pathlib import Path

import pytest
from environments import Environment, run
from interpreters import UV

NEIGHBOUR = "antonnia-neighbour"
NEIGHBOUR_FILES = {
    "antonnia/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
    "antonnia/neighbour/__init__.py": "NAME = 'neighbour'\n",
    "antonnia_neighbour-1.0.dist-info/METADATA": (
        f"Metadata-Version: 2.1\nName: {NEIGHBOUR}\nVersion: 1.0\n"
    ),
    "antonnia_neighbour-1.0.dist-info/WHEEL": (
        "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
}
USE_OURS = "from antonnia.conversations import Conversations, exceptions; import antonnia.core"
USE_THE_NEIGHBOUR = "import antonnia.neighbour; assert antonnia.neighbour.NAME == 'neighbour'"
PUBLISHED = "antonnia-conversations==2.0.42"


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a package with an `antonnia/__init__.py`, as older ones have it."""
    wheel = tmp_path_factory.mktemp("neighbour") / "antonnia_neighbour-1.0-py3-none-any.whl"
    record = "antonnia_neighbour-1.0.dist-info/RECORD"
    lines = [f"{name},{_digest(text)},{len(text)}" for name, text in NEIGHBOUR_FILES.items()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in NEIGHBOUR_FILES.items():
            archive.writestr(name, text)
        archive.writestr(record, "\n".join([*lines, f"{record},,", ""]))
    return wheel


def _digest(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment", sys.executable)


@pytest.mark.parametrize("is_ours_first", [True, False])
def test_either_can_come_first_and_either_can_go(
    is_ours_first: bool, environment: Environment, wheels: list[Path], neighbour: Path
) -> None:
    for batch in (wheels, [neighbour]) if is_ours_first else ([neighbour], wheels):
        environment.install_wheels(*batch)
    environment.run("-c", f"{USE_OURS}; {USE_THE_NEIGHBOUR}")

    environment.uninstall(NEIGHBOUR)
    environment.run("-c", USE_OURS)

    environment.install_wheels(neighbour)
    environment.uninstall("antonnia-conversations")
    environment.run("-c", f"{USE_THE_NEIGHBOUR}; import antonnia.core")


@pytest.mark.parametrize("is_ours_first", [True, False])
def test_they_can_lie_in_different_folders(
    is_ours_first: bool, wheels: list[Path], neighbour: Path, tmp_path: Path
) -> None:
    folders = {"ours": wheels, "theirs": [neighbour]}
    for name, batch in folders.items():
        target = ["--target", tmp_path / name, "--python", sys.executable]
        run([UV, "pip", "install", "--quiet", "--no-deps", "--no-index", *target, *batch])
    path = [str(tmp_path / name) for name in sorted(folders, reverse=not is_ours_first)]

    # Without the workspace's own packages, which would be found first.
    command = [sys.executable, "-S", "-c", f"{USE_OURS}; {USE_THE_NEIGHBOUR}"]
    run(command, PYTHONPATH=os.pathsep.join(path))


def test_the_published_client_can_be_upgraded(environment: Environment, wheels: list[Path]) -> None:
    try:
        environment.install(PUBLISHED)
    except AssertionError as failure:
        pytest.skip(f"{PUBLISHED} could not be installed: {str(failure).splitlines()[-1]}")
    environment.run("-c", "from antonnia.conversations import Conversations")

    environment.install_wheels(*wheels)

    version = "from antonnia.conversations import __version__; print(__version__)"
    assert environment.run("-c", f"{USE_OURS}; {version}") == "3.0.0\n"


def test_no_wheel_has_a_file_of_the_namespace_itself_or_of_another_wheel(
    wheels: list[Path],
) -> None:
    names = {
        wheel: {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
        for wheel in wheels
    }

    for wheel, files in names.items():
        assert "antonnia/__init__.py" not in files, wheel.name
        typed = [name for name in files if name.endswith("/py.typed")]
        assert len(typed) == 1, f"{wheel.name}: {typed}"
    for one, other in itertools.combinations(wheels, 2):
        assert not names[one] & names[other]
