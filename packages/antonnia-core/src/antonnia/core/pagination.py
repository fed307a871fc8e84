"""A page of search results that knows how to get the next one."""

from __future__ import annotations

from typing import AsyncIterator, Iterable, List, Optional, Protocol, TypeVar

T = TypeVar("T")


class FetchPage(Protocol[T]):
    """Gets the page that begins at a cursor."""

    async def __call__(self, cursor: str) -> Page[T]: ...


class Page(List[T]):
    """What a search found: a list, and the way on.

    Attributes:
        next_cursor: What to pass as `cursor` for the next page, or `None` on the last.
        request_id: The id under which the server logged the search.
    """

    def __init__(
        self,
        items: Iterable[T] = (),
        *,
        next_cursor: Optional[str] = None,
        request_id: Optional[str] = None,
        fetch: Optional[FetchPage[T]] = None,
    ) -> None:
        super().__init__(items)
        self.next_cursor = next_cursor
        self.request_id = request_id
        self._fetch = fetch

    @property
    def has_more(self) -> bool:
        """Whether there is a next page."""
        return self.next_cursor is not None

    async def next_page(self) -> Optional[Page[T]]:
        """Get the next page of the same search, or `None` after the last."""
        if self.next_cursor is None or self._fetch is None:
            return None
        return await self._fetch(self.next_cursor)

    async def iterate_all(self) -> AsyncIterator[T]:
        """Go through this page and all that follow, each fetched when it is reached.

        Unlike a growing offset, this neither repeats nor skips one when others are added meanwhile.
        """
        page: Optional[Page[T]] = self
        while page is not None:
            for item in page:
                yield item
            page = await page.next_page()
