"""The application on a socket, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from .app import create_app
from .clock import Clock, SystemClock
from .connections import Connections, with_descriptors
from .data_directory import DataDirectory, Server
from .db import Database
from .db.sqlite import SqliteDatabase
from .db.watch import unannounced
from .http_protocol import HttpProtocol
from .kept_clock import clock_of
from .process import base_url_of
from .settings import Limits, Settings
from .shared_database import SharedDatabase
from .shared_standalone import open_shared, shared_faults
from .standalone import storage_faults

# Ticks of a tenth of a second, in which all connections are looked at once.
SWEEP_TICKS = 10
# For answers that say that the server stops to be written.
LAST_WORDS_SECONDS = 1
POLL_SECONDS = 0.02

# A writer lets go of the interpreter with each statement and has to wait for it again, by default
# up to 5 ms while another thread computes. That is longer than most units of work take.
SWITCH_SECONDS = 0.0002


def serve(
    directory: DataDirectory,
    listener: socket.socket,
    settings: Settings,
    *,
    on_ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT, and finish the requests in flight."""
    clock = clock_of(directory, is_test_clock=settings.is_test_clock)
    announced = Server(base_url_of(listener), secrets.token_urlsafe(32))
    settings = replace(settings, operator_secret=announced.secret)
    db = SqliteDatabase(directory.database, clock)
    with ExitStack() as announcement, storage_faults(directory):

        def ready() -> None:
            announcement.enter_context(directory.announced(announced))
            on_ready()

        _run(db, clock, listener, settings, ready)


def serve_shared(
    database: SharedDatabase,
    listener: socket.socket,
    settings: Settings,
    *,
    on_ready: Callable[[], None],
) -> None:
    """The same on a database that others serve too."""
    clock = SystemClock()
    with shared_faults(database):
        db = open_shared(database, clock)
        _run(db, clock, listener, settings, on_ready)


def _run(
    db: Database,
    clock: Clock,
    listener: socket.socket,
    settings: Settings,
    on_ready: Callable[[], None],
) -> None:
    log_to_stderr()
    take_short_turns()
    at_stop: list[Callable[[], None]] = []
    app = create_app(db, clock, settings, at_stop=at_stop)
    server = _server(app, settings.limits, on_ready, has_lifespan=True, at_stop=at_stop)
    server.run(sockets=[listener])


@asynccontextmanager
async def answering(app: ASGIApp, listener: socket.socket, limits: Limits) -> AsyncGenerator[None]:
    """Answer beside the work of this process, which takes the signals and has begun already."""
    server = _server(app, limits, lambda: None, has_lifespan=False)
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown(sockets=[listener])


def _server(
    app: ASGIApp,
    limits: Limits,
    on_ready: Callable[[], None],
    *,
    has_lifespan: bool,
    at_stop: Sequence[Callable[[], None]] = (),
) -> _Server:
    connections = Connections(with_descriptors(limits))
    starting = _Starting(app)
    config = uvicorn.Config(
        starting,
        loop="uvloop",
        http=cast(Any, partial(HttpProtocol, all_connections=connections)),
        ws="none",
        lifespan="on" if has_lifespan else "off",
        log_config=None,
        access_log=False,
        server_header=False,
        # The application's own to decide: it is asked in tests as well.
        proxy_headers=False,
    )
    return _Server(config, connections, starting, on_ready, at_stop)


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
        self,
        config: uvicorn.Config,
        connections: Connections,
        starting: _Starting,
        on_ready: Callable[[], None],
        at_stop: Sequence[Callable[[], None]],
    ) -> None:
        super().__init__(config)
        self._at_stop = at_stop
        self._connections = connections
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
        # The second one waits for no request any more. The database is closed all the same.
        self.force_exit = self.should_exit
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        now = asyncio.get_running_loop().time()
        self._connections.sweep(now, part=counter % SWEEP_TICKS, parts=SWEEP_TICKS)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, finish what was taken, and tell whoever must wait no longer."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for call in self._at_stop:
            call()
        await self._wait(self._connections.limits.shutdown_seconds, lambda: self.force_exit)
        # Whoever does not take what there is cannot be told that there is no more.
        for paused in self._paused():
            paused.transport.abort()
        await self._wait(LAST_WORDS_SECONDS, lambda: not self._paused())
        for task in list(self.server_state.tasks):
            task.cancel()
        await self._wait(LAST_WORDS_SECONDS, lambda: not self.server_state.tasks)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self.lifespan.shutdown()

    def _paused(self) -> list[HttpProtocol]:
        """The connections that take nothing of what was answered."""
        connections = cast("set[HttpProtocol]", self.server_state.connections)
        return [connection for connection in connections if connection.flow.write_paused]

    async def _wait(self, seconds: float, is_enough: Callable[[], bool]) -> None:
        """Until every connection and request has come to its end, or `is_enough`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline and not is_enough():
            self._connections.inflow.renew()
            # Each time anew: the system has accepted some that were not made yet.
            for connection in list(self.server_state.connections):
                connection.shutdown()
            if not self.server_state.connections and not self.server_state.tasks:
                return
            await asyncio.sleep(POLL_SECONDS)


def take_short_turns() -> None:
    """Have threads that wait for the interpreter get it soon."""
    sys.setswitchinterval(SWITCH_SECONDS)


def log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
