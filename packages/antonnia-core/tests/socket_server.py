"""A server on a socket of this machine, for what only real connections show."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import List, Optional, Set, Tuple, Type

PATIENCE_SECONDS = 30.0


class SocketServer:
    """Answers everything with a thing; a path with `hang` in it only when it is released.

    `connections` are the clients' ends of all connections on which something was asked.
    """

    def __init__(self) -> None:
        self.asked: List[str] = []
        self.connections: Set[Tuple[str, int]] = set()
        self.hanging = threading.Semaphore(0)
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def wait_until_hanging(self, calls: int = 1) -> None:
        """Until so many more calls have come that hang."""
        for _ in range(calls):
            assert self.hanging.acquire(timeout=PATIENCE_SECONDS), "no call has come"

    def __enter__(self) -> SocketServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.released.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler_of(server: SocketServer) -> Type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # The headers and the body of an answer are two writes; together they would wait.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.connections.add(self.client_address)
            if "hang" in self.path:
                server.hanging.release()
                server.released.wait(PATIENCE_SECONDS)
            content = b'{"id": "thing_1"}'
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                # The client has hung up, as the test wants it.
                self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
