"""Starts and stops the servers under load, and runs load generators beside them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FLOOR = (sys.executable, "-m", "benchmarks.floor")
PLATFORM = (str(Path(sys.executable).parent / "antonnia"), "dev")

READY_SECONDS = 30.0
STOP_SECONDS = 20.0
LOAD_SECONDS = 180.0


class BenchmarkError(Exception):
    """The run says nothing: a server or a load generator did not do its part."""


@dataclass
class Server:
    """A server process that accepts connections."""

    process: subprocess.Popen[bytes]
    base_url: str
    token: str
    ready_seconds: float

    def order(self, **values: object) -> dict[str, object]:
        """What a load generator has to know to load this server."""
        return {"base_url": self.base_url, "token": self.token, **values}

    def resident_megabytes(self) -> float:
        """Resident memory of the process and its children, in units of 10^6 bytes."""
        return sum(_resident_bytes(pid) for pid in _family(self.process.pid)) / 1e6

    def wait_until_idle(self) -> None:
        """Return once the server used less than 5 % of a core for 0.2 s.

        What one server still does after its round must not slow the other one's.
        """
        deadline = time.monotonic() + READY_SECONDS
        before = self.processor_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.2)
            now = self.processor_seconds()
            if now - before <= 0.01:
                return
            before = now
        raise BenchmarkError(f"the server still works {READY_SECONDS:.0f} s after its load ended")

    def processor_seconds(self) -> float:
        return sum(_cpu_seconds(pid) for pid in _family(self.process.pid))


@contextmanager
def data_directory(parent: Path) -> Iterator[Path]:
    """A fresh directory on the disk that is measured; never the system's, which may be memory."""
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix="bench-") as directory:
        yield Path(directory)


@contextmanager
def serving(command: Sequence[str], data: Path) -> Iterator[Server]:
    """Run the server on a free port of 127.0.0.1; SIGTERM has to end it with exit code 0."""
    log_path = data.with_suffix(".log")
    with log_path.open("wb") as log:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--port", "0", "--data", str(data), "--json"],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
        )
        try:
            line = _first_line(process)
            ready_seconds = time.perf_counter() - begin
            if not line:
                raise BenchmarkError(f"{' '.join(command)} did not start:\n{_tail(log_path)}")
            ready = json.loads(line)
            yield Server(process, ready["base_url"], ready["token"], ready_seconds)
            process.send_signal(signal.SIGTERM)
            if process.wait(STOP_SECONDS) != 0:
                raise BenchmarkError(f"exit code {process.returncode}:\n{_tail(log_path)}")
        except subprocess.TimeoutExpired:
            raise BenchmarkError(f"{' '.join(command)} ignored SIGTERM") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def run_load(module: str, order: Mapping[str, object]) -> Any:
    """Run a load generator in a process of its own and return its figures."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", json.dumps(order)],
            capture_output=True,
            timeout=LOAD_SECONDS,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{module}: not done after {LOAD_SECONDS:.0f} s") from None
    if done.returncode != 0:
        raise BenchmarkError(f"{module}: {done.stderr.decode(errors='replace')[-2000:]}")
    figures = json.loads(done.stdout)
    if figures["errors"]:
        raise BenchmarkError(f"{module}: {len(figures['errors'])} errors: {figures['errors'][0]}")
    return figures


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    return process.stdout.readline() if readable else b""


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def _family(pid: int) -> list[int]:
    """The process and all its descendants."""
    family = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            family += _family(int(child))
    return family


def _resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    # The second field is the name in parentheses, which may itself hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
