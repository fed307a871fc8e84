"""What every server process does around serving: its socket, its signals, its order of starting."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Never

from .data_directory import DataDirectory
from .fault import Fault
from .settings import Settings
from .shared_database import SharedDatabase

BACKLOG = 2048
LITTLE_ROOM_BYTES = 100 << 20

_PORT_IN_USE = " Another program listens there; --port N takes another port, --port 0 a free one."


def run_server(
    directory: DataDirectory,
    host: str,
    port: int,
    *,
    settings: Settings,
    prepare: Callable[[], None],
    on_ready: Callable[[str], None],
) -> None:
    """Own the directory and serve it until SIGTERM or SIGINT.

    `prepare` runs on the migrated database, `on_ready` gets the base URL once connections are
    accepted.

    Raises:
        Fault: The directory, its database or the port cannot be used.
    """

    gc.disable()
    with _exiting_on_signals(), directory.owned(), listen(host, port) as listener:
        # Only now, so that what is at fault is said before a second of imports.
        from . import serving, standalone

        standalone.migrate_database(directory)
        _warn_of_little_room(directory)
        prepare()
        ready = _collecting_then(lambda: on_ready(base_url_of(listener)))
        serving.serve(directory, listener, settings, on_ready=ready)


def run_shared_server(
    database: SharedDatabase,
    host: str,
    port: int,
    *,
    settings: Settings,
    processes: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serve a database, beside other processes, until SIGTERM or SIGINT.

    Raises:
        Fault: The database or the port cannot be used.
    """
    gc.disable()
    with _exiting_on_signals(), listen(host, port) as listener:
        from . import serving, shared_standalone, supervision

        shared_standalone.migrate_shared(database)

        def serve(on_ready: Callable[[], None]) -> None:
            ready = _collecting_then(on_ready)
            serving.serve_shared(database, listener, settings, on_ready=ready)

        def say_ready() -> None:
            on_ready(base_url_of(listener))

        if processes == 1:
            serve(say_ready)
        else:
            # What all of them have is not copied when one of them looks for garbage.
            gc.freeze()
            supervision.Supervisor(serve).run(processes, say_ready)


def run_worker(
    database: SharedDatabase,
    settings: Settings,
    metrics_at: tuple[str, int] | None,
    *,
    on_ready: Callable[[str | None], None],
) -> None:
    """Run the jobs of a database, beside other processes, until SIGTERM or SIGINT.

    `on_ready` gets the URL where it tells how it goes, if it was told a host and a port for that.

    Raises:
        Fault: The database or the port cannot be used.
    """
    gc.disable()
    with _exiting_on_signals(), ExitStack() as stack:
        listener = stack.enter_context(listen(*metrics_at)) if metrics_at else None
        from . import shared_standalone, working

        shared_standalone.migrate_shared(database)
        base_url = base_url_of(listener) if listener else None
        ready = _collecting_then(lambda: on_ready(base_url))
        working.work(database, settings, listener, on_ready=ready)


def _collecting_then(on_ready: Callable[[], None]) -> Callable[[], None]:
    """Hardly anything that a start makes is garbage, and looking for it takes a tenth of the time.

    So the collector is off until a server is ready, and then leaves out what is there.
    """

    def ready() -> None:
        on_ready()
        gc.freeze()
        gc.enable()

    return ready


def _warn_of_little_room(directory: DataDirectory) -> None:
    free = directory.free_bytes
    if free < LITTLE_ROOM_BYTES:
        sys.stderr.write(
            f"antonnia: warning: the disk of {directory.database.parent} has only "
            f"{free >> 20} MiB left; once it is full, nothing is written.\n"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; connections wait in it until the server accepts them.

    Raises:
        Fault: The address is in use, or not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        # A port is free again as soon as its last server is gone.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def base_url_of(listener: socket.socket) -> str:
    """Where a client on this machine reaches the socket."""
    host: str
    port: int
    host, port = listener.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # asked for, not chosen
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _cannot_listen(host: str, port: int, error: OSError) -> Fault:
    # A failed look-up of the host has its own numbers and its own words for them.
    is_lookup = isinstance(error, socket.gaierror)
    reason = error.strerror if is_lookup or error.errno is None else os.strerror(error.errno)
    hint = _PORT_IN_USE if error.errno == errno.EADDRINUSE else ""
    return Fault(f"cannot listen on {host} port {port}: {reason}.{hint}")


@contextmanager
def _exiting_on_signals() -> Generator[None]:
    """Until the server takes the signals over, and after it, they end the process at once."""

    def exit_at_once(number: int, frame: FrameType | None) -> Never:
        raise SystemExit(0)

    handlers = {
        number: signal.signal(number, exit_at_once) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
