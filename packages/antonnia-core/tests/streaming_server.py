"""A server on a socket that streams events by a script, and breaks off where the script says."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Callable, Iterable, List, Optional, Type, Union

PATIENCE_SECONDS = 30.0

# In a script: nothing more comes, or the connection is lost.
HANG = "hang"
CUT = "cut"

Step = Union[bytes, str]
# What one connection is sent, by what it says that it has.
Script = Callable[[Optional[str]], Iterable[Step]]


def event(id: int) -> bytes:
    """The event as the server writes it."""
    return b'id: %d\nevent: thing.created\ndata: {"id": "thing_%d"}\n\n' % (id, id)


class StreamingServer:
    """Answers each connection by the next script, the last one again and again.

    An integer instead of a script is the status of a refusal.
    """

    def __init__(self, *scripts: Union[Script, int]) -> None:
        self.scripts = list(scripts)
        self.resumed_after: List[Optional[str]] = []
        self.paths: List[str] = []
        self.hanging = threading.Semaphore(0)
        self.gone = threading.Semaphore(0)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def next_script(self) -> Union[Script, int]:
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def wait_until_hanging(self) -> None:
        assert self.hanging.acquire(timeout=PATIENCE_SECONDS), "no client has come"

    def wait_until_left(self) -> None:
        assert self.gone.acquire(timeout=PATIENCE_SECONDS), "the client is still there"

    def __enter__(self) -> StreamingServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler_of(server: StreamingServer) -> Type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            last_id = self.headers.get("Last-Event-ID")
            server.resumed_after.append(last_id)
            server.paths.append(self.path)
            script = server.next_script()
            self.close_connection = True
            if isinstance(script, int):
                self.send_response(script)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                self._play(script(last_id))
            except OSError:
                # The client has hung up, as the test wants it.
                server.gone.release()

        def _play(self, steps: Iterable[Step]) -> None:
            for step in steps:
                if step == CUT:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if step == HANG:
                    server.hanging.release()
                    self.connection.settimeout(PATIENCE_SECONDS)
                    # Nothing comes from a client but its end.
                    if self.rfile.read(1) == b"":
                        server.gone.release()
                    return
                assert isinstance(step, bytes)
                if step:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def script(*steps: Step) -> Script:
    """The same for whoever comes."""
    return lambda last_id: steps
