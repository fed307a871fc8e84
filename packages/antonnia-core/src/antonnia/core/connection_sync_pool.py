"""Connections of our own under the sync client: the twin of `connection_pool`, for threads."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Callable, Deque, Dict, Generator, Mapping, Optional, Union

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
    time_limits,
)
from .options import DEFAULT_TIMEOUT_SECONDS, Timeout

if TYPE_CHECKING:
    import ssl

Trace = Callable[[str, Dict[str, Any]], None]


def open_sync_connections(trace: Trace) -> Union[SyncConnectionPool, httpx.Client]:
    """Connections that nobody gave; behind a proxy those of httpx, which knows the way."""
    if is_behind_a_proxy():
        return httpx.Client(timeout=DEFAULT_TIMEOUT_SECONDS, limits=LIMITS)
    return SyncConnectionPool(trace)


class SyncConnectionPool:
    """The connections that threads share, all to one server.

    Taking from the deque and adding to it are one step each, whatever other threads do.

    Args:
        trace: Hears of each step of a call that opens a connection.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        max_connections: int = MAX_CONNECTIONS,
        keep_idle_seconds: float = KEEP_IDLE_SECONDS,
    ) -> None:
        self.is_closed: bool = False
        self._trace = trace
        self._keep_idle_seconds = keep_idle_seconds
        self._idle: Deque[httpcore.HTTPConnection] = deque()
        self._turns = threading.Semaphore(max_connections)
        self._certificates: Optional[ssl.SSLContext] = None

    def request(
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
        if not self._turns.acquire(timeout=seconds):
            raise httpx.PoolTimeout("too many calls are under way")
        connection: Optional[httpcore.HTTPConnection] = None
        try:
            connection = self._ready_connection(request.url.origin)
            if connection is None:
                connection = self._new_connection(request.url.origin)
                request.extensions = {**time_limits(seconds), "trace": self._trace}
            with failures_of_httpx():
                response = connection.handle_request(request)
                read = response.read()
                response.close()
            return answer_from(response, read)
        finally:
            if connection is not None:
                self._take_back(connection)
            self._turns.release()

    def pieces(
        self, url: str, headers: Mapping[str, str], timeout: Timeout
    ) -> Generator[Union[httpx.Response, bytes], None, None]:
        """Send a request; give the answer without its content, then the content as it comes."""
        seconds = seconds_of(timeout)
        request = request_for("GET", url, headers, None, seconds)
        request.extensions = {**time_limits(seconds), "trace": self._trace}
        request.extensions["timeout"]["read"] = SILENCE_SECONDS
        if not self._turns.acquire(timeout=seconds):
            raise httpx.PoolTimeout("too many calls are under way")
        # A new one, and so its stream is known, which wakes who reads when it is shut down.
        connection = self._new_connection(request.url.origin)
        try:
            with failures_of_httpx():
                response = connection.handle_request(request)
                head = answer_from(response, b"")
                head.extensions = dict(response.extensions)
                yield head
                yield from response.iter_stream()
        finally:
            self._take_back(connection)
            self._turns.release()

    def close(self) -> None:
        self.is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _ready_connection(self, origin: httpcore.Origin) -> Optional[httpcore.HTTPConnection]:
        while True:
            try:
                # The one used last is the least likely to have been closed by the server.
                connection = self._idle.pop()
            except IndexError:
                return None
            if connection.can_handle_request(origin) and not connection.has_expired():
                return connection
            connection.close()

    def _new_connection(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        if origin.scheme == b"https" and self._certificates is None:
            # Reading them takes longer than many calls.
            self._certificates = httpx.create_ssl_context()
        return httpcore.HTTPConnection(
            origin, ssl_context=self._certificates, keepalive_expiry=self._keep_idle_seconds
        )

    def _take_back(self, connection: httpcore.HTTPConnection) -> None:
        # One that never came about calls itself idle too.
        if self.is_closed or connection.is_closed() or not connection.is_idle():
            # A call was cut off: what is still to come on it must not reach another.
            connection.close()
            return
        self._idle.append(connection)
        if len(self._idle) > 1:
            self._look_at_the_oldest()

    def _look_at_the_oldest(self) -> None:
        # One at a time is enough: more calls end than connections are opened.
        try:
            oldest = self._idle.popleft()
        except IndexError:
            return
        if len(self._idle) >= MAX_IDLE_CONNECTIONS or oldest.has_expired():
            oldest.close()
        else:
            self._idle.appendleft(oldest)
