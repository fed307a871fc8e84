"""The application on a socket, until a signal ends it."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from types import FrameType

import uvicorn

from .app import create_app
from .data_directory import DataDirectory, Server
from .db.sqlite import SqliteDatabase
from .kept_clock import clock_of
from .process import base_url_of
from .settings import Settings

# How long requests in flight may take once the process was told to stop.
GRACEFUL_SECONDS = 10


def serve(
    directory: DataDirectory,
    listener: socket.socket,
    *,
    is_test_clock: bool,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT, and finish the requests in flight."""
    _log_to_stderr()
    clock = clock_of(directory, is_test_clock=is_test_clock)
    announced = Server(base_url_of(listener), secrets.token_urlsafe(32))
    settings = Settings(is_test_clock=is_test_clock, operator_secret=announced.secret)
    app = create_app(SqliteDatabase(directory.database, clock), clock, settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    with ExitStack() as announcement:

        def ready() -> None:
            announcement.enter_context(directory.announced(announced))
            on_ready(announced.base_url)

        _Server(config, ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it is ready, and takes a signal for a wish to end well."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Without uvicorn's second raising of the signal, which would be the exit code."""
        handlers = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A second Ctrl-C changes nothing: the end is bounded, and the database must be closed.
        self.should_exit = True


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
