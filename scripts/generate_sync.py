"""Write the sync twins of the async clients: `make sync`.

The async source is the only one that people edit. A twin is made by replacing words, so a module
that has a twin keeps to three rules:

- it imports modules that have a twin relatively, or by name from the package, all others
  absolutely;
- it says what is awaited with a protocol, never with `Awaitable[...]`;
- its annotations are not quoted.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).parent.parent

TWINS = {
    "packages/antonnia-core/src/antonnia/core": ["pagination.py", "transport.py"],
    "packages/antonnia-conversations/src/antonnia/conversations": [
        "agents.py",
        "client.py",
        "messages.py",
        "sessions.py",
    ],
    "packages/antonnia-orchestrator/src/antonnia/orchestrator": [
        "assistants.py",
        "client.py",
        "entries.py",
        "gaps.py",
        "knowledge.py",
        "runs.py",
    ],
}

HEADER = "# Generated from ../{module} by `make sync`; do not edit.\n\n"

DROPPED = {"async", "await"}

RENAMED = {
    "Agents": "SyncAgents",
    "Assistants": "SyncAssistants",
    "AsyncClient": "Client",
    "AsyncIterator": "Iterator",
    "Conversations": "SyncConversations",
    "Entries": "SyncEntries",
    "FetchPage": "SyncFetchPage",
    "Gaps": "SyncGaps",
    "HttpxSender": "SyncHttpxSender",
    "KnowledgeBases": "SyncKnowledgeBases",
    "Messages": "SyncMessages",
    "Orchestrator": "SyncOrchestrator",
    "Page": "SyncPage",
    "Runs": "SyncRuns",
    "Sender": "SyncSender",
    "Sessions": "SyncSessions",
    "Transport": "SyncTransport",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
    "asyncio": "time",
    "running_loop": "no_loop",
}

# In prose "Sessions" may begin a sentence; only what is plainly code is replaced there.
RENAMED_IN_STRINGS = [
    (re.compile(r"\b(?:async|await) "), ""),
    (re.compile(r"`async with`"), "`with`"),
    (re.compile(r"\b(Conversations|Orchestrator)\("), r"Sync\1("),
    (re.compile(r"\bAsyncClient\b"), "Client"),
]


def sync_source(source: str) -> str:
    """The sync twin of an async module's source, not yet formatted."""
    line_starts = [0]
    for line in source.splitlines(keepends=True):
        line_starts.append(line_starts[-1] + len(line))
    # From the end, so that a replacement does not move what is still to be replaced.
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        replacement = _sync_token(token)
        if replacement != token.string:
            start = line_starts[token.start[0] - 1] + token.start[1]
            end = line_starts[token.end[0] - 1] + token.end[1]
            # Behind a dropped word stands one space.
            rest = source[end:] if replacement else source[end + 1 :]
            source = source[:start] + replacement + rest
    return source


def _sync_token(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return "" if token.string in DROPPED else RENAMED.get(token.string, token.string)
    if token.type in (tokenize.STRING, tokenize.COMMENT):
        text = token.string
        for pattern, replacement in RENAMED_IN_STRINGS:
            text = pattern.sub(replacement, text)
        return text
    return token.string


def formatted(source: str, path: Path) -> str:
    """The source as `ruff` sorts and formats it at that path."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        source = subprocess.run(
            [*ruff, *command, "--stdin-filename", str(path), "-"],
            input=source,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
    return source


def generated_files() -> dict[Path, str]:
    """Every generated file and what it must contain."""
    files: dict[Path, str] = {}
    for package, modules in TWINS.items():
        home = ROOT / package
        files[home / "_sync" / "__init__.py"] = '"""Generated twins of the async modules."""\n'
        for module in modules:
            path = home / "_sync" / module
            source = sync_source((home / module).read_text(encoding="utf-8"))
            files[path] = formatted(HEADER.format(module=module) + source, path)
    return files


def main() -> None:
    for path, source in generated_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
