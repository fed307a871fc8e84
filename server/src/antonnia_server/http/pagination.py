"""Pages: offset and limit, and cursors that stay stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from .refusal import ValidationFailed, invalid

DEFAULT_LIMIT = 100
_MAX_CURSOR_CHARACTERS = 512
Item = TypeVar("Item")
Row = TypeVar("Row")


class Listing(NamedTuple, Generic[Item]):
    """A page, and the cursor of the next one if there is more."""

    items: list[Item]
    next_cursor: str | None


class PageQuery(Protocol):
    """What every search body has."""

    offset: int | None
    limit: int | None
    cursor: str | None


class Window(NamedTuple):
    """Which rows a search wants: after a place, skipping some, at most so many."""

    search: str
    after: tuple[Any, ...] | None
    offset: int
    limit: int

    @property
    def fetch(self) -> int:
        """One row more than the limit tells whether there is a next page."""
        return self.limit + 1

    def page(
        self,
        rows: Sequence[Row],
        item: Callable[[Row], Item],
        place: Callable[[Row], tuple[Any, ...]],
    ) -> Listing[Item]:
        """The page of `rows`, of which there may be one more than the limit."""
        kept = rows[: self.limit]
        has_more = len(rows) > self.limit
        cursor = _encode(self.search, place(kept[-1])) if has_more else None
        return Listing([item(row) for row in kept], cursor)


def window(query: PageQuery, search: str, place: tuple[type, ...]) -> Window:
    """The window that a search body asks for; `place` is what its cursors are made of.

    The name of the search goes into them: a place among agents means nothing among sessions.

    Raises:
        ValidationFailed: Both a cursor and an offset, or a cursor that this search did not give.
    """
    limit = DEFAULT_LIMIT if query.limit is None else query.limit
    if query.cursor is None:
        return Window(search, None, query.offset or 0, limit)
    if query.offset is not None:
        raise invalid(["body", "offset"], "cannot be combined with a cursor")
    return Window(search, _decode(query.cursor, search, place), 0, limit)


def _encode(search: str, place: tuple[Any, ...]) -> str:
    packed = json.dumps([search, *place], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, search: str, place: tuple[type, ...]) -> tuple[Any, ...]:
    values: Any = None
    # Longer than any that was given: not even looked into.
    if len(cursor) <= _MAX_CURSOR_CHARACTERS:
        with contextlib.suppress(binascii.Error, ValueError):
            values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    parts = cast("list[object]", values) if isinstance(values, list) else []
    if [type(part) for part in parts] != [str, *place]:
        raise _not_ours()
    name, *found = parts
    if name != search or not all(_is_storable(value) for value in found):
        raise _not_ours()
    return tuple(found)


def _is_storable(value: object) -> bool:
    """Whether the database can be asked for it; what is made up may be anything."""
    if isinstance(value, str):
        return value.isascii() and "\0" not in value
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _not_ours() -> ValidationFailed:
    return invalid(["body", "cursor"], "is not a cursor that this search gave")
