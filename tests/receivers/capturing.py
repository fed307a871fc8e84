"""The other end of a webhook: keeps what is delivered, byte for byte."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple

PATIENCE_SECONDS = 30.0


class Delivered(NamedTuple):
    """What came, and the secret that signs it."""

    secret: str
    headers: dict[str, str]
    body: bytes


class CapturingReceiver:
    """Answers with these statuses in turn, and then with 204 to everything."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        # Of the webhook that is delivered here.
        self.secret = ""
        self._delivered: list[Delivered] = []
        self._changed = threading.Condition()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/antonnia"

    def take(self, headers: dict[str, str], body: bytes) -> None:
        with self._changed:
            self._delivered.append(Delivered(self.secret, headers, body))
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[Delivered]:
        """The first so many, as soon as they are there."""
        with self._changed:
            is_there = self._changed.wait_for(
                lambda: len(self._delivered) >= count, PATIENCE_SECONDS
            )
            assert is_there, f"only {len(self._delivered)} of {count} were delivered"
            return self._delivered[:count]

    def __enter__(self) -> CapturingReceiver:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler_of(receiver: CapturingReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(dict(self.headers.items()), body)
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
