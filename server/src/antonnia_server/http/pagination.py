"""Pages: offset and limit, and cursors that stay stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .refusal import invalid

DEFAULT_LIMIT = 100
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
        return Listing([item(row) for row in kept], _encode(place(kept[-1])) if has_more else None)


def window(query: PageQuery, place: tuple[type, ...]) -> Window:
    """The window that a search body asks for; `place` is what its cursors are made of.

    Raises:
        ValidationFailed: Both a cursor and an offset, or a cursor that this search did not give.
    """
    limit = DEFAULT_LIMIT if query.limit is None else query.limit
    if query.cursor is None:
        return Window(None, query.offset or 0, limit)
    if query.offset is not None:
        raise invalid(["body", "offset"], "cannot be combined with a cursor")
    return Window(_decode(query.cursor, place), 0, limit)


def _encode(place: tuple[Any, ...]) -> str:
    packed = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, place: tuple[type, ...]) -> tuple[Any, ...]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or [type(v) for v in values] != list(place):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # any JSON
        raise invalid(["body", "cursor"], "is not a cursor that this search gave")
    return tuple(values)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
