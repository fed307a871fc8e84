"""Paths and values of a session's metadata: what may be stored, and what a search looks up."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from antonnia_server.http.refusal import invalid

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
MAX_SEARCHED_PATHS = 100
# Longer values and paths are looked up by their hash, so that the index stays small: a path stands
# in it once for each value under it.
_MAX_INDEXED_CHARACTERS = 200
_UNESCAPED_DOT = re.compile(r"(?<!\\)\.")


def refuse_oversized(metadata: Mapping[str, Any], loc: tuple[str, ...]) -> None:
    """Raises `ValidationFailed` for metadata over 64 KiB or nested deeper than 16."""
    if _depth(metadata) > MAX_DEPTH:
        raise invalid(loc, f"may be nested {MAX_DEPTH} levels deep at most")
    encoded = json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()
    if len(encoded) > MAX_BYTES:
        raise invalid(loc, f"may have {MAX_BYTES:,} bytes at most, and has {len(encoded):,}")


def refuse_too_many(paths: Mapping[str, Any]) -> None:
    """Raises `ValidationFailed` for more paths than one search looks up."""
    if len(paths) > MAX_SEARCHED_PATHS:
        raise invalid(
            ("body", "metadata"),
            f"may have {MAX_SEARCHED_PATHS} paths at most, and has {len(paths):,}",
        )


def _depth(value: Any) -> int:
    children: Iterable[object]
    if isinstance(value, Mapping):
        children = cast("Mapping[str, object]", value).values()
    elif isinstance(value, list):
        children = cast("list[object]", value)
    else:
        return 0
    return 1 + max((_depth(child) for child in children), default=0)


def leaves(metadata: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every path and value that a search can match, as the index holds them."""
    found: set[tuple[str, str]] = set()
    for key, value in metadata.items():
        _collect(value, _escaped(key), found)
    return found


def filter_terms(status: str, agent_id: str | None) -> set[tuple[str, str]]:
    """Two more of a session's terms, which stand beside those of its metadata in the index."""
    return {filter_term("status", status), filter_term("agent_id", agent_id)}


def filter_term(name: str, value: str | None) -> tuple[str, str]:
    # No path of metadata begins so: a backslash in one is doubled or before a dot.
    return f"\\filter:{name}", indexed_value(value)


def _collect(value: Any, path: str, found: set[tuple[str, str]]) -> None:
    if isinstance(value, dict):
        for key, child in cast("dict[str, object]", value).items():
            _collect(child, f"{path}.{_escaped(key)}", found)
    elif isinstance(value, list):
        elements = cast("list[object]", value)
        # A path through a list matches if any element does.
        short = _shortened(path)
        for element in elements:
            if isinstance(element, dict | list):
                _collect(element, path, found)
            else:
                found.add((short, indexed_value(cast("Any", element))))
    else:
        found.add((_shortened(path), indexed_value(value)))


def indexed_path(path: str) -> str:
    """A path of a search, as the index holds it: split on `.`, with `\\.` for a literal dot."""
    return _shortened(".".join(_escaped(key) for key in _keys_of(path)))


def json_path(root: str, metadata: Mapping[str, Any]) -> str:
    """A predicate of SQL's path language: under the key `root`, all paths have these values.

    A path through a list, and a list of lists, finds what any element is: `[*]` is each element of
    a list, and whatever is no list itself.
    """
    conditions: list[str] = []
    for path, value in metadata.items():
        keys = _keys_of(path)
        elements = "[*]" * max(0, MAX_DEPTH - len(keys))
        place = "".join(f".{json.dumps(key, ensure_ascii=False)}{elements}" for key in keys)
        wanted = json.dumps(value, ensure_ascii=False)
        conditions.append(f"$.{json.dumps(root)}{place} == {wanted}")
    return " && ".join(conditions)


def _keys_of(path: str) -> list[str]:
    return [key.replace("\\.", ".") for key in _UNESCAPED_DOT.split(path)]


def _escaped(key: str) -> str:
    if "\\" in key or "." in key:
        return key.replace("\\", "\\\\").replace(".", "\\.")
    return key


def _shortened(path: str) -> str:
    if len(path) <= _MAX_INDEXED_CHARACTERS:
        return path
    # No path begins so: a backslash in one is doubled or before a dot.
    return "\\hash:" + _hash(path)


def indexed_value(value: str | float | bool | None) -> str:
    """A value as the index holds it: its kind and its text, the same for 3 and 3.0."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            if len(value) > _MAX_INDEXED_CHARACTERS:
                return "hash:" + _hash(value)
            return "text:" + value
        case float() if value.is_integer():
            return f"number:{int(value)}"
        case _:
            return f"number:{value!r}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
