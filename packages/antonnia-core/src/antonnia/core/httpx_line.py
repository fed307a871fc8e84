"""The connections of one stream from an event loop, one after another, and the waits between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, AsyncGenerator, Coroutine, Mapping, Optional, TypeVar, Union

import httpx

from .answers import HttpAnswer
from .connection_pool import ConnectionPool
from .httpcore_requests import limits_of_stream
from .httpx_failures import closed_meanwhile, failure_from
from .loop_connections import LoopConnections, is_cancelled_by_another
from .options import Timeout

if TYPE_CHECKING:
    from .httpx_sender import HttpxSender

T = TypeVar("T")
Pieces = AsyncGenerator[Union[httpx.Response, bytes], None]


class HttpxLine:
    """What a stream waits with.

    Closing it, from any task of the same loop, ends its wait with the code `client_closed`, as the
    end of the client does.
    """

    def __init__(self, sender: HttpxSender) -> None:
        self._sender = sender
        self._is_closed = False
        self._waiting: Optional[asyncio.Task[object]] = None
        self._url = ""
        self._here: Optional[LoopConnections] = None
        self._pieces: Optional[Pieces] = None

    async def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> HttpAnswer:
        """Ask; what is answered has no content yet."""
        await self._hang_up()
        self._url, self._here = url, await self._sender.here()
        http = self._here.http
        if isinstance(http, ConnectionPool):
            self._pieces = http.pieces(url, headers, timeout)
        else:
            self._pieces = _pieces_of(http, url, headers, timeout)
        self._here.streams.add(self._pieces)
        head = await self._until_closed(self._receive())
        assert isinstance(head, httpx.Response), "the head comes first"
        return HttpAnswer(head.status_code, head.headers, b"")

    async def read(self) -> bytes:
        """The next piece of the content, as soon as there is one; nothing at its end."""
        piece = await self._until_closed(self._receive())
        assert isinstance(piece, bytes), "after the head comes the content"
        return piece

    async def sleep(self, seconds: float) -> None:
        """Hang up, and wait."""
        await self._hang_up()
        await self._until_closed(self._sender.sleep(seconds))

    async def close(self) -> None:
        """End it for good."""
        self._is_closed = True
        if self._waiting is None:
            await self._hang_up()
        elif self._waiting is not asyncio.current_task():
            # What is cut off closes its connection itself.
            self._waiting.cancel()

    async def _hang_up(self) -> None:
        pieces, self._pieces = self._pieces, None
        if pieces is not None:
            await pieces.aclose()

    async def _receive(self) -> Union[httpx.Response, bytes]:
        assert self._here is not None, "read before open"
        try:
            return await self._here.until_closed(self._next_piece())
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            if self._here.is_closing:
                raise closed_meanwhile() from exc
            raise failure_from(exc, "GET", self._url) from exc

    async def _next_piece(self) -> Union[httpx.Response, bytes]:
        if self._pieces is not None:
            async for piece in self._pieces:
                return piece
        return b""

    async def _until_closed(self, wait: Coroutine[object, object, T]) -> T:
        if self._is_closed:
            wait.close()
            raise closed_meanwhile()
        self._waiting = task = asyncio.current_task()
        try:
            return await wait
        except asyncio.CancelledError:
            if not self._is_closed or is_cancelled_by_another(task):
                raise
            # The cancellation was ours.
            raise closed_meanwhile() from None
        finally:
            self._waiting = None


async def _pieces_of(
    http: httpx.AsyncClient, url: str, headers: Mapping[str, str], timeout: Timeout
) -> Pieces:
    request = http.build_request(
        "GET", url, headers=headers, timeout=limits_of_stream(timeout, http.timeout)
    )
    # A redirected token would be a gift.
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        yield response
        async for piece in response.aiter_bytes():
            yield piece
    finally:
        await response.aclose()
