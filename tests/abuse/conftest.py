"""Servers that are attacked, each a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from server_process import ANTONNIA_DEV, ServerProcess

Start = Callable[..., Awaitable[ServerProcess]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the server with some options, and leaves no process behind."""
    server = ServerProcess(tmp_path / "data")

    async def start_it(*options: str, max_files: int | None = None) -> ServerProcess:
        limited = (
            () if max_files is None else ("sh", "-c", f'ulimit -n {max_files}; exec "$@"', "sh")
        )
        await server.start((*limited, *ANTONNIA_DEV, *options))
        return server

    yield start_it
    await server.close()
