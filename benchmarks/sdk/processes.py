"""Runs what is measured, each in a process and an environment of its own."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.processes import LOAD_SECONDS, READY_SECONDS, ROOT, BenchmarkError
from benchmarks.sdk.environments import plain_environment, python_of


@contextmanager
def answering() -> Iterator[str]:
    """The base URL of a server that answers every client, as long as this lasts."""
    command = [sys.executable, "-m", "benchmarks.sdk.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            readable, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
            port = process.stdout.readline().decode().strip() if readable else ""
            if not port:
                raise BenchmarkError("the server for the clients did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def run_measured(environment: str, module: str, order: Mapping[str, object]) -> Any:
    """What the module says of itself, run with this order in this environment."""
    command = [str(python_of(environment)), "-m", f"benchmarks.sdk.{module}", json.dumps(order)]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=plain_environment(),
            capture_output=True,
            timeout=LOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{module} {order}: not done after {LOAD_SECONDS:.0f} s") from None
    if done.returncode != 0:
        error = done.stderr.decode(errors="replace")[-2000:]
        raise BenchmarkError(f"{module} {order}: {error}")
    return json.loads(done.stdout)


def cpu_seconds_of(environment: str, arguments: Sequence[str]) -> tuple[float, str]:
    """The CPU time of a whole process of the interpreter, from its exec on, and what it printed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(python_of(environment)), *arguments],
            cwd=ROOT,
            env=plain_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise BenchmarkError(f"{arguments}: {text[-2000:]}")
    return usage.ru_utime + usage.ru_stime, text
