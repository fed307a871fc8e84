"""The client packages, installed from their wheels, on everything that they promise.

The workspace itself runs on one interpreter with one set of versions. Here each lane gets an
environment of its own from a hash-pinned lock. The packages' own tests run in it, and then the
clients talk to a server that runs in the workspace.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from environments import ROOT, Environment, packages
from interpreters import interpreter
from server_process import ServerProcess

REQUIREMENTS = ROOT / "requirements"
LANES = tomllib.loads((REQUIREMENTS / "sdk-lanes.toml").read_text(encoding="utf-8"))
ALL_LANES = os.environ.get("ANTONNIA_LANES") == "all"
TODAY = [name for name, lane in LANES.items() if ALL_LANES or lane.get("everyday")]


@pytest.mark.parametrize("lane", TODAY)
def test_the_clients_work_from_wheels(
    lane: str, wheels: list[Path], server: ServerProcess, tmp_path: Path
) -> None:
    environment = Environment(tmp_path / "environment", interpreter(lane.split("-")[0]))
    environment.install("--require-hashes", "-r", REQUIREMENTS / f"sdk-{lane}.txt")
    environment.install_wheels(*wheels)

    # The pytest of an old interpreter does not know every option of the workspace.
    pytest_ = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pytest_ += ["-W", "ignore:Unknown config option:pytest.PytestConfigWarning"]
    own = environment.run(*pytest_, *(package / "tests" for package in packages()))
    real = environment.run(
        *pytest_,
        ROOT / "tests" / "lanes" / "against_server.py",
        ANTONNIA_BASE_URL=server.base_url,
        ANTONNIA_TOKEN=server.token,
    )

    assert " passed" in own
    assert " passed" in real


def test_every_lane_has_a_lock_with_hashes_and_no_address() -> None:
    locks = {path.stem for path in REQUIREMENTS.glob("sdk-*.txt")}

    assert locks == {f"sdk-{lane}" for lane in LANES}
    for lock in locks:
        text = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_every_minor_of_httpx_has_a_lane() -> None:
    locks = "".join(path.read_text(encoding="utf-8") for path in REQUIREMENTS.glob("sdk-*.txt"))

    for minor in ("0.25", "0.26", "0.27", "0.28"):
        assert f"httpx=={minor}." in locks
