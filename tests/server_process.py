"""A real server as a process of its own, which can be killed and started again on its data."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from antonnia.conversations import Conversations

ANTONNIA_DEV = (str(Path(sys.executable).parent / "antonnia"), "dev")
READY_SECONDS = 30.0
STOP_SECONDS = 20.0
ANSWER_SECONDS = 15.0


class Life(NamedTuple):
    """From when to when a server accepted connections, in microseconds since 1970."""

    ready_at: int
    ended_at: int


class ServerProcess:
    """The lives of one server on one data directory."""

    def __init__(
        self, data: Path, *, log: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.database = data / "antonnia.db"
        self.base_url = ""
        self.token = ""
        self.lives: list[Life] = []
        self._log = log or data.with_suffix(".log")
        self._environment = {**os.environ, **(environment or {})}
        self._process: Process | None = None
        self._ready_at = 0

    async def start(self, command: Sequence[str] = ANTONNIA_DEV) -> None:
        """Start it on a free port and return once it accepts connections."""
        assert self._process is None, "it runs already"
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                *("--port", "0", "--data", str(self.data), "--json"),
                stdout=PIPE,
                stderr=log,
                env=self._environment,
            )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), READY_SECONDS)
        assert line, f"the server did not start: {self._log.read_text()[-2000:]}"
        ready = json.loads(line)
        self.base_url, self.token = ready["base_url"], ready["token"]
        self._ready_at = microseconds()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def logged(self) -> str:
        """What the server has written to stderr, over all its lives."""
        return self._log.read_text()

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.base_url.removeprefix("http://").rpartition(":")
        return host, int(port)

    def resident_bytes(self) -> int:
        """How much memory the process has."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        [line] = [line for line in status if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def wait_until_ended(self) -> None:
        """Until it has ended well, whoever told it to."""
        assert await self._ended() == 0, self._log.read_text()[-2000:]

    def log(self) -> list[str]:
        """What it has written, over all its lives."""
        return self._log.read_text().splitlines()

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        await self.wait_until_killed()

    async def wait_until_killed(self) -> None:
        """Until SIGKILL has ended it, whoever sent that."""
        assert await self._ended() == -signal.SIGKILL, self._log.read_text()[-2000:]

    async def stop(self) -> None:
        """Let it end well."""
        assert self._process is not None
        self._process.terminate()
        assert await self._ended() == 0, self._log.read_text()[-2000:]

    async def close(self) -> None:
        """Leave no process behind, whatever has happened."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._ended()

    def client(self, *, max_retries: int = 0) -> Conversations:
        """An SDK client; without retries, so that an answer is the answer to one request."""
        return Conversations(
            token=self.token,
            base_url=self.base_url,
            timeout=ANSWER_SECONDS,
            max_retries=max_retries,
        )

    def complaints(self) -> list[str]:
        """What the server has logged as an error, over all its lives."""
        lines = self._log.read_text().splitlines()
        return [line for line in lines if " ERROR " in line or line.startswith("Traceback")]

    async def _ended(self) -> int:
        assert self._process is not None
        code = await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        self._process = None
        self.lives.append(Life(self._ready_at, microseconds()))
        return code


def microseconds() -> int:
    """Now, on the clock that the server reads too."""
    return time.time_ns() // 1000
