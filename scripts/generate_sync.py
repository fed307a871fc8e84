"""Write what follows from the async clients: `make sync`.

That is `raw.py` (see `generate_raw.py`), and the sync twin of every client and of every module with
a coroutine in it.

The async source is the only one that people edit. A twin is made by replacing words, so a module
that has a twin keeps to three rules:

- it imports modules that have a twin relatively, or by name from the package, all others
  absolutely;
- it says what is awaited with a protocol, never with `Awaitable[...]`;
- its annotations are not quoted.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

from generate_raw import raw_source

ROOT = Path(__file__).parent.parent

PACKAGES = "packages/*/src/antonnia/*/__init__.py"

# An event loop and threads have too little in common; what sends for them is written by
# hand.
WITHOUT_TWIN = {"connection_pool.py", "httpx_line.py", "httpx_sender.py", "loop_connections.py"}

RAW = "raw.py"
INIT = '"""Generated twins of the async modules."""'
HEADER = "# Generated from ../{module} by `make sync`; do not edit.\n\n"

DROPPED = {"async", "await"}

# Besides the classes of all modules that have a twin.
RENAMED = {
    "AsyncClient": "Client",
    "AsyncIterator": "Iterator",
    "HttpxSender": "SyncHttpxSender",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "aclose": "close",
    "httpx_sender": "httpx_sync_sender",
}

# In prose "Sessions" may begin a sentence; only what is plainly code is replaced there.
RENAMED_IN_STRINGS = [
    (re.compile(r"\b(?:async|await) "), ""),
    (re.compile(r"`async with`"), "`with`"),
    (re.compile(r"\bAsyncClient\b"), "Client"),
]
_CLASS_IN_PROSE = re.compile(r"(?<=`)[A-Z]\w+(?=`)|\b[A-Z]\w+(?=\()")

# A client awaits nothing itself; what it extends does.
_HAS_TWIN = re.compile(r"\basync def |\(ServiceClient\)")


def sync_source(source: str, renamed: Mapping[str, str]) -> str:
    """The sync twin of an async module's source, not yet formatted."""
    line_starts = [0]
    for line in source.splitlines(keepends=True):
        line_starts.append(line_starts[-1] + len(line))
    # From the end, so that a replacement does not move what is still to be replaced.
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        replacement = _sync_token(token, renamed)
        if replacement != token.string:
            start = line_starts[token.start[0] - 1] + token.start[1]
            end = line_starts[token.end[0] - 1] + token.end[1]
            # Behind a dropped word stands one space.
            rest = source[end:] if replacement else source[end + 1 :]
            source = source[:start] + replacement + rest
    return source


def _sync_token(token: tokenize.TokenInfo, renamed: Mapping[str, str]) -> str:
    if token.type == tokenize.NAME:
        return "" if token.string in DROPPED else renamed.get(token.string, token.string)
    if token.type in (tokenize.STRING, tokenize.COMMENT):
        text = token.string
        name = text.strip('"')
        if name in renamed:
            return f'"{renamed[name]}"'
        for pattern, replacement in RENAMED_IN_STRINGS:
            text = pattern.sub(replacement, text)
        return _CLASS_IN_PROSE.sub(lambda found: renamed.get(found[0], found[0]), text)
    return token.string


def formatted(source: str, path: Path) -> str:
    """The source as `ruff` sorts and formats it at that path."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--select", "I,F401", "--fix", "--quiet"], ["format", "--quiet"]):
        source = subprocess.run(
            [*ruff, *command, "--stdin-filename", str(path), "-"],
            input=source,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
    return source


def packages() -> list[Path]:
    """The folder of every client package."""
    return sorted(init.parent for init in ROOT.glob(PACKAGES))


def modules_with_twin(package: Path) -> list[Path]:
    """The modules of a package in which something is awaited, and its client."""
    return [
        path
        for path in sorted(package.glob("*.py"))
        if path.name not in WITHOUT_TWIN and _HAS_TWIN.search(path.read_text(encoding="utf-8"))
    ]


def write_raw_modules() -> None:
    """Write each package's `raw.py`; its twin then follows from it like every other."""
    for package, source in raw_modules().items():
        (package / RAW).write_text(source, encoding="utf-8")


def raw_modules() -> dict[Path, str]:
    """What each package's `raw.py` must contain."""
    sources: dict[Path, str] = {}
    for package in packages():
        modules = [path for path in modules_with_twin(package) if path.name != RAW]
        source = raw_source(modules)
        if source is not None:
            sources[package] = formatted(source, package / RAW)
    return sources


def generated_files() -> dict[Path, str]:
    """Every generated file and what it must contain."""
    modules = {package: modules_with_twin(package) for package in packages()}
    renamed = RENAMED | {
        name: f"Sync{name}" for paths in modules.values() for name in _classes(paths)
    }
    files = {package / RAW: source for package, source in raw_modules().items()}
    for package, paths in modules.items():
        if paths:
            files[package / "_sync" / "__init__.py"] = f"{INIT}\n"
        for path in paths:
            twin = package / "_sync" / path.name
            source = sync_source(path.read_text(encoding="utf-8"), renamed)
            files[twin] = formatted(HEADER.format(module=path.name) + source, twin)
    return files


def _classes(modules: list[Path]) -> Iterator[str]:
    for path in modules:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield node.name


def main() -> None:
    write_raw_modules()
    for path, source in generated_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
