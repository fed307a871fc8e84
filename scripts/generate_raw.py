"""What `with_raw_response` offers, written from the clients: a part of `make sync`.

The raw view of `Sessions` is a `Sessions` whose transport gives answers as they came. Its types
cannot be said in terms of those of `Sessions`, since Python has no type for "each method, but with
another result". So they are written out: a protocol with a method for each coroutine.
"""

from __future__ import annotations

import ast
from pathlib import Path

HEADER = '''# Generated from the clients by `make sync`; do not edit.

"""What `with_raw_response` offers: the methods of the client, with answers as they came."""

'''
PROPERTY = "with_raw_response"


def raw_source(modules: list[Path]) -> str | None:
    """The source of `raw.py` for a package's modules, not yet formatted; `None` without views."""
    imports: list[str] = []
    type_imports = ["from antonnia.core import RawResponse"]
    protocols: list[str] = []
    for module in modules:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        views = [_protocol(node) for node in tree.body if _has_raw_view(node)]
        if views:
            imports += _imports(tree.body)
            for node in tree.body:
                if isinstance(node, ast.If):  # `if TYPE_CHECKING:`
                    type_imports += _imports(node.body)
            protocols += views
    if not protocols:
        return None
    # What the protocols do not need is removed by ruff.
    typing = ["from typing import TYPE_CHECKING, Protocol", "if TYPE_CHECKING:"]
    indented = [f"    {line}" for line in dict.fromkeys(type_imports)]
    return HEADER + "\n".join([*dict.fromkeys(imports), *typing, *indented, "", *protocols])


def _imports(nodes: list[ast.stmt]) -> list[str]:
    return [
        ast.unparse(node)
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _is_of_raw(node)
    ]


def _is_of_raw(node: ast.Import | ast.ImportFrom) -> bool:
    # A client names its view by importing it from the very module that is written here.
    return isinstance(node, ast.ImportFrom) and node.module == "raw"


def _has_raw_view(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(member, ast.FunctionDef) and member.name == PROPERTY for member in node.body
    )


def _protocol(node: ast.stmt) -> str:
    assert isinstance(node, ast.ClassDef)
    lines = [
        f"class Raw{node.name}(Protocol):",
        f'    """`{node.name}`, with answers as they came."""',
    ]
    for member in node.body:
        if isinstance(member, ast.AsyncFunctionDef) and not member.name.startswith("_"):
            assert member.returns is not None, f"{node.name}.{member.name} does not say its result"
            summary = (ast.get_docstring(member) or "").split("\n")[0]
            lines += [
                "",
                f"    async def {member.name}({ast.unparse(member.args)}) "
                f"-> RawResponse[{ast.unparse(member.returns)}]:",
                f'        """{summary}"""',
                "        ...",
            ]
    return "\n".join([*lines, "", ""])
