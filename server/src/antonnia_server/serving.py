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
from starlette.types import ASGIApp, Receive, Scope, Send

from .app import create_app
from .data_directory import DataDirectory, Server
from .db.sqlite import SqliteDatabase
from .db.watch import unannounced
from .http_protocol import HttpProtocol
from .kept_clock import clock_of
from .process import base_url_of
from .settings import Settings
from .standalone import storage_faults

# How long requests in flight may take once the process was told to stop.
GRACEFUL_SECONDS = 10

# The writer lets go of the interpreter with each statement and has to wait for it again, by default
# up to 5 ms while another thread computes. That is longer than most units of work take.
SWITCH_SECONDS = 0.0002


def serve(
    directory: DataDirectory,
    listener: socket.socket,
    *,
    is_test_clock: bool,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT, and finish the requests in flight."""
    _log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    clock = clock_of(directory, is_test_clock=is_test_clock)
    announced = Server(base_url_of(listener), secrets.token_urlsafe(32))
    settings = Settings(is_test_clock=is_test_clock, operator_secret=announced.secret)
    app = create_app(SqliteDatabase(directory.database, clock), clock, settings)
    starting = _Starting(app)
    config = uvicorn.Config(
        starting,
        loop="uvloop",
        http=HttpProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    with ExitStack() as announcement, storage_faults(directory):

        def ready() -> None:
            announcement.enter_context(directory.announced(announced))
            on_ready(announced.base_url)

        _Server(config, starting, ready).run(sockets=[listener])


class _Starting:
    """The application, and what it raised instead of starting, which uvicorn would only log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            self.error = error
            raise


class _Server(uvicorn.Server):
    """Says when it is ready, and takes a signal for a wish to end well."""

    def __init__(
        self, config: uvicorn.Config, starting: _Starting, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._starting = starting
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        logger = logging.getLogger("uvicorn.error")
        # Whoever started says what is wrong, once; uvicorn would log it with its traceback, and
        # exit with a code of its own.
        logger.disabled = True
        try:
            with unannounced():
                await super().startup(sockets)
        except SystemExit:
            if self._starting.error is None:
                raise
            # Not `from None`, which would take away what the error itself came from.
            raise self._starting.error  # noqa: B904
        finally:
            logger.disabled = False
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
