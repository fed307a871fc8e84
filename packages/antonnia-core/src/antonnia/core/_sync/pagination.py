# Generated from ../pagination.py by `make sync`; do not edit.

"""A page of search results that knows how to get the next one, and what goes through them all."""

from __future__ import annotations

from typing import Iterable, Iterator, List, Optional, Protocol, TypeVar

T = TypeVar("T")


class SyncFindPage(Protocol[T]):
    """Searches from the beginning."""

    def __call__(self) -> SyncPage[T]: ...


class SyncFetchPage(Protocol[T]):
    """Gets the page that begins at a cursor."""

    def __call__(self, cursor: str) -> SyncPage[T]: ...


class SyncPage(List[T]):
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
        fetch: Optional[SyncFetchPage[T]] = None,
    ) -> None:
        super().__init__(items)
        self.next_cursor = next_cursor
        self.request_id = request_id
        self._fetch = fetch

    @property
    def has_more(self) -> bool:
        """Whether there is a next page."""
        return self.next_cursor is not None

    def next_page(self) -> Optional[SyncPage[T]]:
        """Get the next page of the same search, or `None` after the last."""
        if self.next_cursor is None or self._fetch is None:
            return None
        return self._fetch(self.next_cursor)

    def iterate_all(self) -> Iterator[T]:
        """Go through this page and all that follow, each fetched when it is reached.

        Unlike a growing offset, this neither repeats nor skips one when others are added meanwhile.
        """
        return SyncItems(self)


class SyncItems(Iterator[T]):
    """The items of a page and of all that follow it.

    Between two pages nothing is held open, so it can be left at any place. After an error it
    stands where it stood: asked again, it goes on with the same page.
    """

    def __init__(self, page: SyncPage[T]) -> None:
        self._page = page
        self._taken = 0

    @classmethod
    def of_search(cls, find: SyncFindPage[T]) -> SyncItems[T]:
        """Everything that a search finds; nothing is asked before the first item is."""

        def first_page(cursor: str) -> SyncPage[T]:
            return find()

        # An empty page before the first one: its next page is where the search begins.
        return cls(SyncPage(next_cursor="", fetch=first_page))

    def __iter__(self) -> SyncItems[T]:
        return self

    def __next__(self) -> T:
        while self._taken >= len(self._page):
            following = self._page.next_page()
            if following is None:
                raise StopIteration
            self._page, self._taken = following, 0
        self._taken += 1
        return self._page[self._taken - 1]
