"""The version before today's, from its commit, and one that comes after it."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from fleet import Version

import antonnia_server
from antonnia_server.db.revision import newest_revision

ROOT = Path(__file__).parents[2]
MIGRATIONS = Path("server/src/antonnia_server/db/migrations/versions")
_NEXT = Path(__file__).with_name("next_migrations")
# What a version has to have, to know that others may be beside it.
_KNOWS_OTHERS = "server/src/antonnia_server/db/compatibility.py"


def next_version(directory: Path) -> Version:
    """Today's server with the migrations of `next_migrations`."""
    server = directory / "antonnia_server"
    shutil.copytree(Path(antonnia_server.__file__).parent, server)
    for path in _NEXT.glob("*.py"):
        text = path.read_text().replace("BEFORE", newest_revision())
        (server / "db/migrations/versions" / path.name).write_text(text)
    return Version((directory,))


def version_before(directory: Path) -> Version:
    """What there was before the newest migration was added; skips where that cannot be known."""
    # Of a branch that was merged, the merge: what came before it is what was run.
    whole = ("--first-parent", "-m", "-1", "--diff-filter=A", "--format=%H")
    added = _git("log", *whole, "--", str(MIGRATIONS))
    if not added:
        pytest.skip("the history of this checkout does not reach back to the newest migration")
    commit = f"{added.decode().strip()}^"
    if not _git("ls-tree", commit, _KNOWS_OTHERS):
        pytest.skip("the version before the newest migration knows of no others beside it")
    archive = _git("archive", commit, "packages", "server")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(directory, filter="data")
    return Version((directory / "server/src", *directory.glob("packages/*/src")))


def _git(*arguments: str) -> bytes:
    """What git says; nothing where there is no git, no repository or no such commit."""
    git = shutil.which("git")
    if git is None:
        return b""
    result = subprocess.run([git, "-C", ROOT, *arguments], capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else b""
