"""The `python` blocks of a document, and how one of them is run."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCK_SECONDS = 30
# A fence may be indented, in a list or in a docstring; what closes it is indented alike.
_BLOCK = re.compile(r"^([ \t]*)```python[ \t]*\n(.*?)^\1```[ \t]*$", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block, and where it stands: `line` is the one before its first."""

    path: Path
    line: int
    source: str

    @property
    def imports(self) -> set[str]:
        """The modules that it imports, by their full names."""
        return set(_IMPORT.findall(self.source))

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"


def read_blocks(path: Path) -> list[Block]:
    """The blocks of a Markdown file, or of the docstrings of a Python file, in their order."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [
        Block(path, text.count("\n", 0, found.start()) + 1, textwrap.dedent(found[2]))
        for found in _BLOCK.finditer(text)
    ]


def count_fences(path: Path) -> int:
    """How many blocks a document has, found without `read_blocks`, which may miss one."""
    return path.read_text(encoding="utf-8", errors="replace").count("```python")


async def run_block(block: Block, source: str, namespace: dict[str, Any]) -> None:
    """Run `source`, which is the block after its substitutions, in `namespace`.

    A block may await at its top level. One that does not is run in a thread, so that it may call
    `asyncio.run` or a sync client as a program would.
    """
    # The empty lines make a traceback show the document's own line numbers.
    code = compile(
        "\n" * block.line + source,
        str(block.path),
        "exec",
        flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        # Of this module's own `from __future__`, which the documents do not have.
        dont_inherit=True,
    )
    if code.co_flags & inspect.CO_COROUTINE:
        async with asyncio.timeout(BLOCK_SECONDS):
            await eval(code, namespace)
    else:
        await asyncio.to_thread(exec, code, namespace)
