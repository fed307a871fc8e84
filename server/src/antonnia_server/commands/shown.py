"""How what people write is shown on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What of a content that is no text says most about it.
_TELLING = ("url", "name", "thought")


def printable(text: str) -> str:
    """The text in one line, without what would steer the terminal: a contact may write anything."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def content_line(content: Mapping[str, Any]) -> str:
    """A message's content in one line."""
    if content.get("type") == "text":
        return printable(str(content["text"]))
    telling = next((str(content[name]) for name in _TELLING if content.get(name)), "")
    return printable(f"[{content.get('type')}] {telling}".rstrip())
