"""Sends with httpx from threads, which share one pool of connections."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Union

from .answers import HttpAnswer
from .forks import follow_forks
from .httpx_failures import (
    already_closed,
    closed_meanwhile,
    failure_from,
    given_before_fork,
    given_was_closed,
    wrong_twin,
)
from .not_given import NotGiven
from .options import Timeout
from .sockets import shut_down

if TYPE_CHECKING:
    import httpx

    from .connection_sync_pool import SyncConnectionPool
    from .httpx_sync_line import SyncHttpxLine

# What httpcore reports, as `http11.…` or `proxy.…`, when it has a new stream.
_STREAM_EVENTS = ("connect_tcp.complete", "start_tls.complete")


class SyncHttpxSender:
    """Sends with httpx, which is loaded with the first request.

    Any number of threads can use it. Closing cuts off what other threads have under way; only
    through a given client it goes on to its end.
    """

    def __init__(self, client: Optional[httpx.Client]) -> None:
        if client is not None:
            import httpx

            if isinstance(client, httpx.AsyncClient):
                raise wrong_twin(client, "Client")
        self._given = client
        self._is_forked = False
        self._start_empty()
        follow_forks(self)

    def _start_empty(self) -> None:
        self._http: Union[httpx.Client, SyncConnectionPool, None] = self._given
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._calls_under_way = 0
        self._streams: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lines: weakref.WeakSet[SyncHttpxLine] = weakref.WeakSet()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: Optional[bytes],
        timeout: Timeout,
    ) -> HttpAnswer:
        import httpx

        http = self.begin()
        try:
            if isinstance(http, httpx.Client):
                response = http.request(
                    method,
                    url,
                    headers=headers,
                    content=content,
                    timeout=httpx.USE_CLIENT_DEFAULT if isinstance(timeout, NotGiven) else timeout,
                    # A redirected POST would become a GET, and a redirected token a gift.
                    follow_redirects=False,
                    extensions={"trace": self._note_stream} if self._given is None else None,
                )
            else:
                response = http.request(method, url, headers, content, timeout)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            is_cut_off = self._closed.is_set()
            raise closed_meanwhile() if is_cut_off else failure_from(exc, method, url) from exc
        finally:
            self.end()
        return HttpAnswer(response.status_code, response.headers, response.content)

    def open_line(self) -> SyncHttpxLine:
        from .httpx_sync_line import SyncHttpxLine

        line = SyncHttpxLine(self)
        with self._lock:
            self._lines.add(line)
        return line

    def sleep(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise closed_meanwhile()

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            streams, lines = list(self._streams), list(self._lines)
            is_idle = self._calls_under_way == 0
        for line in lines:
            line.close()
        if is_idle:
            self._let_go()
        else:
            # The last call to end lets go.
            for stream in streams:
                shut_down(stream)

    def forget_what_was_inherited(self) -> object:
        inherited = (self._http, list(self._streams), list(self._lines), self._lock, self._closed)
        was_closed = self._closed.is_set()
        self._start_empty()
        self._is_forked = True
        if was_closed:
            self._closed.set()
        return inherited

    def begin(self) -> Union[httpx.Client, SyncConnectionPool]:
        """What a call is sent with; `end` must follow."""
        from .connection_sync_pool import open_sync_connections

        with self._lock:
            if self._closed.is_set():
                raise already_closed()
            if self._given is not None and self._is_forked:
                raise given_before_fork()
            if self._http is None:
                self._http = open_sync_connections(self._note_stream)
            if self._http.is_closed:
                raise given_was_closed()
            self._calls_under_way += 1
            return self._http

    def end(self) -> None:
        """A call has ended."""
        with self._lock:
            self._calls_under_way -= 1
            is_last = self._closed.is_set() and self._calls_under_way == 0
        if is_last:
            self._let_go()

    def _let_go(self) -> None:
        if self._given is None and self._http is not None:
            self._http.close()

    def _note_stream(self, event: str, info: Dict[str, Any]) -> None:
        # A thread that reads is woken by shutting its socket down, and by nothing else.
        if event.endswith(_STREAM_EVENTS):
            stream = info["return_value"]
            with self._lock:
                self._streams.add(stream)
            if self._closed.is_set():
                shut_down(stream)
