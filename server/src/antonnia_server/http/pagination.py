"""Pages: offset and limit, and cursors that stay stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from .refusal import ValidationFailed, invalid

DEFAULT_LIMIT = 100
# A thousand messages of the largest kind are many times as much.
MAX_PAGE_BYTES = 8 * 1024 * 1024
# What a row has besides its JSON: ids, names, times.
ROW_BYTES = 1024
_MAX_CURSOR_CHARACTERS = 512
Item = TypeVar("Item")
Row = TypeVar("Row")


class Listing(NamedTuple, Generic[Item]):
    """A page, and the cursor of the next one if there is more."""

    items: list[Item]
    next_cursor: str | None


class Found(NamedTuple, Generic[Row]):
    """The rows of a page, and whether there are more behind them."""

    rows: list[Row]
    has_more: bool


class PageQuery(Protocol):
    """What every search body has."""

    offset: int | None
    limit: int | None
    cursor: str | None


class Window(NamedTuple):
    """Which rows a search wants: after a place, skipping some, at most so many."""

    search: str
    after: tuple[Any, ...] | None
    # None if the search did not say one; then a page may be cut short.
    asked_offset: int | None
    limit: int

    @property
    def offset(self) -> int:
        return self.asked_offset or 0

    @property
    def fetch(self) -> int:
        """One row more than the limit tells whether there is a next page."""
        return self.limit + 1

    def take(self, rows: Iterator[Row], heavy: Callable[[Row], Any]) -> Found[Row]:
        """As many of the rows as fit into the page; `heavy` is the part of a row without bounds.

        An iterator, because the rows behind the page are better not read at all.

        Raises:
            ValidationFailed: They do not fit, and an offset was given: who counts in offsets
                would miss what was cut off.
        """
        kept: list[Row] = []
        size = 0
        for row in rows:
            if len(kept) == self.limit:
                return Found(kept, has_more=True)
            size += ROW_BYTES + len(_dumps(heavy(row)))
            if kept and size > MAX_PAGE_BYTES:
                if self.asked_offset is not None:
                    raise _too_large(len(kept))
                return Found(kept, has_more=True)
            kept.append(row)
        return Found(kept, has_more=False)

    def page(
        self,
        found: Found[Row],
        item: Callable[[Row], Item],
        place: Callable[[Row], tuple[Any, ...]],
    ) -> Listing[Item]:
        """The page of the rows that were found."""
        cursor = self.cursor_of(place(found.rows[-1])) if found.has_more else None
        return Listing([item(row) for row in found.rows], cursor)

    def cursor_of(self, place: tuple[Any, ...]) -> str:
        """The cursor of a page that begins behind a place."""
        return _encode(self.search, place)


# Escaped, it is never shorter than what leaves the server.
_dumps = json.JSONEncoder(check_circular=False).encode


def _too_large(fitting: int) -> ValidationFailed:
    return invalid(
        ["body", "limit"],
        f"takes more than {MAX_PAGE_BYTES:,} bytes from this offset; take {fitting:,} at most, or "
        "follow the cursors instead of an offset",
    )


def window(query: PageQuery, search: str, place: tuple[type, ...]) -> Window:
    """The window that a search body asks for; `place` is what its cursors are made of.

    The name of the search goes into them: a place among agents means nothing among sessions.

    Raises:
        ValidationFailed: Both a cursor and an offset, or a cursor that this search did not give.
    """
    limit = DEFAULT_LIMIT if query.limit is None else query.limit
    if query.cursor is None:
        return Window(search, None, query.offset, limit)
    if query.offset is not None:
        raise invalid(["body", "offset"], "cannot be combined with a cursor")
    return Window(search, _decode(query.cursor, search, place), None, limit)


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
