"""Environments outside the workspace, with our packages as their users get them: from wheels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


def packages() -> list[Path]:
    """The folder of every client package."""
    return sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))


class Environment:
    """A virtual environment of its own."""

    def __init__(self, folder: Path, interpreter: Path | str) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        run([UV, "venv", "--quiet", "--no-project", "--python", interpreter, folder])

    def install(self, *requirements: str | Path) -> None:
        """Install, and nothing besides."""
        run([UV, "pip", "install", "--quiet", "--python", self.python, *requirements])

    def install_wheels(self, *wheels: Path) -> None:
        """Install these files; their names exist on the index and are never looked up there."""
        self.install("--no-deps", "--no-index", "--reinstall", *wheels)

    def uninstall(self, name: str) -> None:
        run([UV, "pip", "uninstall", "--quiet", "--python", self.python, name])

    def run(self, *arguments: str | Path, **variables: str) -> str:
        """What its interpreter prints."""
        return run([self.python, *arguments], **variables)


def run(command: list[str | Path], folder: Path = ROOT, **variables: str) -> str:
    """Run a command to its end; its output is in the failure, if it fails."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
