"""Servers and workers as processes of their own, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from server_process import READY_SECONDS, ServerProcess, microseconds

from antonnia.conversations import Conversations
from antonnia_server import bootstrap
from antonnia_server.clock import SystemClock
from antonnia_server.db.migrate import migrate
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.db.postgres_connection import connect

ANTONNIA = str(Path(sys.executable).parent / "antonnia")
# So that what a dead process was at is taken over soon.
LEASE_SECONDS = 3
# Whoever stands still in the middle of a transaction keeps what it has locked for so long.
IDLE_SECONDS = 1
_IS_READY = " is running"


class Member(ServerProcess):
    """The lives of one `antonnia` process, which comes back on the port that it had."""

    def __init__(self, url: str, log: Path, *command: str) -> None:
        super().__init__(log, log=log)
        self._command = [ANTONNIA, *command, "--database-url", url]
        self._command += ["--job-lease-seconds", str(LEASE_SECONDS)]
        self._command += ["--database-idle-seconds", str(IDLE_SECONDS)]
        self._port_option = "--port" if command[0] == "serve" else "--metrics-port"

    async def start(self, command: Sequence[str] = ()) -> None:
        assert self._process is None, "it runs already"
        self._log.touch()
        seen = self._log.stat().st_size
        port = str(self.address[1] if self.base_url else 0)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, self._port_option, port, stderr=log
            )
        async with asyncio.timeout(READY_SECONDS):
            while _IS_READY not in (said := self._log.read_text()[seen:]):
                assert self._process.returncode is None, said
                await asyncio.sleep(0.02)
        [ready] = [line for line in said.splitlines() if _IS_READY in line]
        self.base_url = ready.rpartition(" ")[2].rstrip(".")
        self._ready_at = microseconds()

    def pause(self) -> None:
        """Let it stand still, as a machine does that has no time for it."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)


class Fleet:
    """Processes on one database, and a client of their servers in turn."""

    def __init__(self, url: str, token: str, servers: list[Member], workers: list[Member]) -> None:
        self.url = url
        self.servers = servers
        self.workers = workers
        for member in servers:
            member.token = token
        self._next = itertools.cycle(servers)

    @property
    def members(self) -> list[Member]:
        return [*self.servers, *self.workers]

    def client(self, *, max_retries: int = 0) -> Conversations:
        """Of one server, the next one each time."""
        return next(self._next).client(max_retries=max_retries)

    def complaints(self) -> list[str]:
        return [line for member in self.members for line in member.complaints()]


@asynccontextmanager
async def running_fleet(
    url: str, directory: Path, *, servers: Sequence[str] | int, workers: int = 0
) -> AsyncIterator[Fleet]:
    """Start it on an empty database; `servers` is how many, or the options of each one."""
    options = ["--jobs"] * servers if isinstance(servers, int) else servers
    token = await _prepare(url)
    fleet = Fleet(
        url,
        token,
        [
            Member(url, directory / f"server-{number}.log", "serve", *option.split())
            for number, option in enumerate(options)
        ],
        [Member(url, directory / f"worker-{number}.log", "worker") for number in range(workers)],
    )
    try:
        await asyncio.gather(*(member.start() for member in fleet.members))
        yield fleet
        await asyncio.gather(*(member.stop() for member in fleet.members))
    finally:
        for member in fleet.members:
            await member.close()


async def _prepare(url: str) -> str:
    """The schema, and an organization with an assistant that answers; its token."""
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    db = PostgresDatabase(url, SystemClock())
    await db.start()
    made = await db.write(bootstrap.prepare, None)
    await db.close()
    return made.token
