"""Interpreters of other versions, wherever this machine keeps them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

UV = Path(sys.executable).with_name("uv")
SAY_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def interpreter(version: str) -> Path:
    """An interpreter of that version; without one, the lane is skipped, or fails under CI."""
    for candidate in _candidates(version):
        if _says(candidate) == version:
            return candidate
    message = f"there is no Python {version} on this machine"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def _candidates(version: str) -> Iterator[Path]:
    # What pyenv puts on the path may refuse to run, so its own come first.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield Path(on_path)
    found = subprocess.run(
        [UV, "python", "find", "--no-project", "--offline", version],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 0:
        yield Path(found.stdout.strip())


def _says(candidate: Path) -> str:
    said = subprocess.run(
        [candidate, "-c", SAY_VERSION], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() if said.returncode == 0 else ""
