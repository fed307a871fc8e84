"""The connections of one stream from threads, one after another, and the waits between."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generator, Mapping, Optional, Union

import httpx

from .answers import HttpAnswer
from .httpcore_requests import limits_of_stream
from .httpx_failures import closed_meanwhile, failure_from
from .options import Timeout
from .sockets import shut_down

if TYPE_CHECKING:
    from .httpx_sync_sender import SyncHttpxSender

Pieces = Generator[Union[httpx.Response, bytes], None, None]


class SyncHttpxLine:
    """What a stream waits with, in one thread at a time.

    Closing it, from any thread, ends its wait with the code `client_closed`, as the end of the
    client does.
    """

    def __init__(self, sender: SyncHttpxSender) -> None:
        self._sender = sender
        self._closed = threading.Event()
        # Held by who reads; who closes meanwhile leaves it to them to hang up.
        self._reading = threading.Lock()
        self._url = ""
        self._network: Any = None
        self._pieces: Optional[Pieces] = None

    def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> HttpAnswer:
        """Ask; what is answered has no content yet."""
        with self._reading:
            self._hang_up()
            self._url = url
            http = self._sender.begin()
            try:
                if isinstance(http, httpx.Client):
                    self._pieces = _pieces_of(http, url, headers, timeout)
                else:
                    self._pieces = http.pieces(url, headers, timeout)
                head = self._receive()
            finally:
                self._sender.end()
            assert isinstance(head, httpx.Response), "the head comes first"
            self._network = head.extensions.get("network_stream")
            return HttpAnswer(head.status_code, head.headers, b"")

    def read(self) -> bytes:
        """The next piece of the content, as soon as there is one; nothing at its end."""
        with self._reading:
            piece = self._receive()
        assert isinstance(piece, bytes), "after the head comes the content"
        return piece

    def sleep(self, seconds: float) -> None:
        """Hang up, and wait."""
        with self._reading:
            self._hang_up()
        if self._closed.wait(seconds):
            raise closed_meanwhile()

    def close(self) -> None:
        """End it for good."""
        self._closed.set()
        # A thread that reads is woken by shutting its socket down, and by nothing else.
        shut_down(self._network)
        if self._reading.acquire(blocking=False):
            try:
                self._hang_up()
            finally:
                self._reading.release()

    def _hang_up(self) -> None:
        pieces, self._pieces, self._network = self._pieces, None, None
        if pieces is not None:
            pieces.close()

    def _receive(self) -> Union[httpx.Response, bytes]:
        try:
            if not self._closed.is_set() and self._pieces is not None:
                for piece in self._pieces:
                    if not self._closed.is_set():
                        return piece
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            if not self._closed.is_set():
                raise failure_from(exc, "GET", self._url) from exc
        if self._closed.is_set():
            self._hang_up()
            raise closed_meanwhile()
        return b""


def _pieces_of(
    http: httpx.Client, url: str, headers: Mapping[str, str], timeout: Timeout
) -> Pieces:
    request = http.build_request(
        "GET", url, headers=headers, timeout=limits_of_stream(timeout, http.timeout)
    )
    # A redirected token would be a gift.
    response = http.send(request, stream=True, follow_redirects=False)
    try:
        yield response
        yield from response.iter_bytes()
    finally:
        response.close()
