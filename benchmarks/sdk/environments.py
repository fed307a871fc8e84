"""A virtual environment for each client that is compared, made once and kept.

The clients of others have requirements of their own, and none of them belongs into ours.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.processes import ROOT, BenchmarkError

OURS = "client"
PUBLISHED = "published"

KEPT = ROOT / ".antonnia" / "sdk-environments"
LOCKS = ROOT / "requirements" / "bench"
SOURCES = [ROOT / "packages" / f"antonnia-{name}" / "src" for name in ("core", "conversations")]
UV = Path(sys.executable).with_name("uv")
INSTALL_SECONDS = 300


def python_of(name: str) -> Path:
    """The interpreter that has what `requirements/bench/{name}.txt` names."""
    lock = LOCKS / f"{name}.txt"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = KEPT / f"{name}-{digest}"
    python = folder / "bin" / "python"
    made = folder / "made"
    if not made.exists():
        print(f"sdk: making the environment {folder.name} …", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, symlinks=True)
        _install(python, lock)
        if name == OURS:
            _see_the_checkout(folder)
        made.touch()
    return python


def plain_environment() -> dict[str, str]:
    """What a client under measurement sees of ours: no proxies, no options of the interpreter."""
    dropped = ("proxy", "PYTHON", "ANTONNIA")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith(dropped[0]) and not name.startswith(dropped[1:])
    }


def _install(python: Path, lock: Path) -> None:
    command = [str(UV), "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes"]
    done = subprocess.run(
        [*command, "--python", str(python), str(lock)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"{lock.name} cannot be installed:\n{done.stderr[-2000:]}")


def _see_the_checkout(folder: Path) -> None:
    """What an editable install would write: the packages are those of this checkout, always."""
    (packages,) = folder.glob("lib/python3.*/site-packages")
    (packages / "checkout.pth").write_text("".join(f"{source}\n" for source in SOURCES))
