"""An answer as it came, for who needs more of it than the object in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Generic, Mapping, Optional, TypeVar

if TYPE_CHECKING:
    from .answers import HttpAnswer

T = TypeVar("T")


class RawResponse(Generic[T]):
    """A successful answer: its status, its headers and its content.

    Attributes:
        status_code: The HTTP status, such as 201.
        headers: The headers; a name is found in any case.
        content: The body as it came, only decompressed.
    """

    def __init__(self, answer: HttpAnswer, read: Callable[[HttpAnswer], T]) -> None:
        self.status_code: int = answer.status
        self.headers: Mapping[str, str] = answer.headers
        self.content: bytes = answer.content
        self._answer = answer
        self._read = read
        self._has_parsed = False

    @property
    def request_id(self) -> Optional[str]:
        """The id under which the server logged the request."""
        return self._answer.request_id

    def parse(self) -> T:
        """The object that the plain call would have returned; the same one each time.

        Raises:
            APIConnectionError: The content is not what the contract promises.
        """
        if not self._has_parsed:
            self._parsed = self._read(self._answer)
            self._has_parsed = True
        return self._parsed

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status_code}, {len(self.content)} bytes)"
