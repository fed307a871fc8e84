"""Another process that holds connections open and does nothing with them."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_SECONDS = 60

_PROGRAM = """
import resource, socket, sys
host, port, count, said = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].encode()
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
held = []
for _ in range(count):
    connection = socket.create_connection((host, port), timeout=30)
    if said:
        connection.sendall(said)
    held.append(connection)
print("ready", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def crowd(address: tuple[str, int], count: int, said: str = "") -> AsyncIterator[None]:
    """`count` connections, on each of which `said` was sent, for as long as this lasts."""
    host, port = address
    command = (sys.executable, "-c", _PROGRAM, host, str(port), str(count), said)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        assert line == b"ready\n"
        yield
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
