"""Servers and workers as processes of their own, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
# As fast as a test can: what one token may ask is for tests of its own to limit.
UNLIMITED = {"ANTONNIA_RATE_LIMIT_TOKEN": "none", "ANTONNIA_RATE_LIMIT_ORGANIZATION": "none"}
_IS_READY = " is running"
# For a version that is not the one of this process.
_PREPARE = f"""
import asyncio, sys
sys.path.append({str(Path(__file__).parent)!r})
import fleet
print(asyncio.run(fleet.prepare(sys.argv[1])))
"""


@dataclass(frozen=True)
class Version:
    """Which code a process runs: that of these source trees, or else what is installed."""

    trees: tuple[Path, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        return {**UNLIMITED, **os.environ, "PYTHONPATH": os.pathsep.join(map(str, self.trees))}

    async def run(self, *command: str) -> str:
        """Run a command to its end, which has to be a good one; what it has printed."""
        process = await asyncio.create_subprocess_exec(
            *command, stdout=PIPE, stderr=PIPE, env=self.environment
        )
        async with asyncio.timeout(READY_SECONDS):
            said, complained = await process.communicate()
        assert process.returncode == 0, complained.decode()
        return said.decode().strip()


TODAY = Version()


class Member(ServerProcess):
    """The lives of one `antonnia` process, which comes back on the port that it had."""

    def __init__(self, url: str, log: Path, *command: str, version: Version | None = None) -> None:
        super().__init__(log, log=log)
        # From its next start on.
        self.version = version or TODAY
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
                *(*self._command, self._port_option, port),
                stderr=log,
                env=self.version.environment,
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
    url: str,
    directory: Path,
    *,
    servers: Sequence[str] | int,
    workers: int = 0,
    version: Version | None = None,
) -> AsyncIterator[Fleet]:
    """Start it on an empty database; `servers` is how many, or the options of each one."""
    options = ["--jobs"] * servers if isinstance(servers, int) else servers
    version = version or TODAY
    token = await version.run(sys.executable, "-c", _PREPARE, url) if version.trees else None
    token = token or await prepare(url)
    fleet = Fleet(
        url,
        token,
        [
            Member(
                url,
                directory / f"server-{number}.log",
                *("serve", *option.split()),
                version=version,
            )
            for number, option in enumerate(options)
        ],
        [
            Member(url, directory / f"worker-{number}.log", "worker", version=version)
            for number in range(workers)
        ],
    )
    try:
        await asyncio.gather(*(member.start() for member in fleet.members))
        yield fleet
        await asyncio.gather(*(member.stop() for member in fleet.members))
    finally:
        for member in fleet.members:
            await member.close()


async def prepare(url: str) -> str:
    """The schema, and an organization with an assistant that answers; its token."""
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    db = PostgresDatabase(url, SystemClock())
    await db.start()
    made = await db.write(bootstrap.prepare, None)
    await db.close()
    return made.token
