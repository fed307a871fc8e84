"""Connections of our own under the async client: each belongs to one call, or lies on a stack.

The pool of httpx looks at every connection it has, twice for each call; with a hundred of them
that costs more than the call itself. A call that is cancelled at the wrong moment keeps its
connection for ever. And httpx prepares a request for much that an API client never does. So calls
go directly to httpcore, which is what httpx sends with.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, AsyncGenerator, Deque, Mapping, Optional, Union

import httpcore
import httpx

from .httpcore_requests import (
    KEEP_IDLE_SECONDS,
    LIMITS,
    MAX_CONNECTIONS,
    MAX_IDLE_CONNECTIONS,
    SILENCE_SECONDS,
    answer_from,
    failures_of_httpx,
    is_behind_a_proxy,
    request_for,
    seconds_of,
)
from .options import DEFAULT_TIMEOUT_SECONDS, Timeout

if TYPE_CHECKING:
    import ssl


def open_connections() -> Union[ConnectionPool, httpx.AsyncClient]:
    """Connections that nobody gave; behind a proxy those of httpx, which knows the way."""
    if is_behind_a_proxy():
        return httpx.AsyncClient(timeout=DEFAULT_TIMEOUT_SECONDS, limits=LIMITS)
    return ConnectionPool()


class ConnectionPool:
    """The connections of one event loop, all to one server."""

    def __init__(
        self,
        *,
        max_connections: int = MAX_CONNECTIONS,
        keep_idle_seconds: float = KEEP_IDLE_SECONDS,
    ) -> None:
        self.is_closed: bool = False
        self._max_connections = max_connections
        self._keep_idle_seconds = keep_idle_seconds
        self._idle: Deque[httpcore.AsyncHTTPConnection] = deque()
        self._calls = 0
        self._waiting: Deque[asyncio.Future[None]] = deque()
        self._certificates: Optional[ssl.SSLContext] = None

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        timeout: Timeout,
    ) -> httpx.Response:
        """Send a request and read the whole answer; it fails as httpx does."""
        seconds = seconds_of(timeout)
        request = request_for(method, url, headers, content, seconds)
        await self._wait_for_turn(seconds)
        connection: Optional[httpcore.AsyncHTTPConnection] = None
        try:
            connection = await self._connection_to(request.url.origin)
            with failures_of_httpx():
                response = await connection.handle_async_request(request)
                read = await response.aread()
                await response.aclose()
            return answer_from(response, read)
        finally:
            try:
                if connection is not None:
                    await self._take_back(connection)
            finally:
                self._pass_turn_on()

    async def pieces(
        self, url: str, headers: Mapping[str, str], timeout: Timeout
    ) -> AsyncGenerator[Union[httpx.Response, bytes], None]:
        """Send a request; give the answer without its content, then the content as it comes."""
        seconds = seconds_of(timeout)
        request = request_for("GET", url, headers, None, seconds)
        request.extensions["timeout"]["read"] = SILENCE_SECONDS
        await self._wait_for_turn(seconds)
        connection: Optional[httpcore.AsyncHTTPConnection] = None
        try:
            connection = await self._connection_to(request.url.origin)
            with failures_of_httpx():
                response = await connection.handle_async_request(request)
                yield answer_from(response, b"")
                async for piece in response.aiter_stream():
                    yield piece
        finally:
            try:
                if connection is not None:
                    await self._take_back(connection)
            finally:
                self._pass_turn_on()

    async def aclose(self) -> None:
        self.is_closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _connection_to(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        while self._idle:
            # The one used last is the least likely to have been closed by the server.
            connection = self._idle.pop()
            if connection.can_handle_request(origin) and not connection.has_expired():
                return connection
            await connection.aclose()
        if origin.scheme == b"https" and self._certificates is None:
            # Reading them takes longer than many calls.
            self._certificates = httpx.create_ssl_context()
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._certificates, keepalive_expiry=self._keep_idle_seconds
        )

    async def _take_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        # One that never came about calls itself idle too.
        if self.is_closed or connection.is_closed() or not connection.is_idle():
            # A call was cut off: what is still to come on it must not reach another.
            await connection.aclose()
            return
        self._idle.append(connection)
        # One at a time is enough: more calls end than connections are opened.
        if len(self._idle) > 1 and self._is_too_much(self._idle[0]):
            await self._idle.popleft().aclose()

    def _is_too_much(self, oldest: httpcore.AsyncHTTPConnection) -> bool:
        return len(self._idle) > MAX_IDLE_CONNECTIONS or oldest.has_expired()

    async def _wait_for_turn(self, seconds: Optional[float]) -> None:
        if self._calls < self._max_connections:
            self._calls += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=seconds)
        except asyncio.CancelledError:
            if turn.done():
                self._pass_turn_on()
            turn.cancel()
            raise
        if not turn.done():
            turn.cancel()
            raise httpx.PoolTimeout("too many calls are under way")

    def _pass_turn_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._calls -= 1
