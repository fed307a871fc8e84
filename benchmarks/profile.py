"""Where the processor's time goes while the platform writes: shares of samples, by what is done.

py-spy looks at the server from outside, so that it runs as always. It is no dependency of ours:
`pip install py-spy`, or say where it is with `--py-spy`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import (
    PLATFORM,
    ROOT,
    BenchmarkError,
    Server,
    data_directory,
    run_load,
    serving,
)

CONCURRENCY = 32
RATE = 250
STOP_SECONDS = 30
METADATA = {"region": "north", "plan": "free", "user": {"id": "{name}"}}


class Part(NamedTuple):
    """What is done in the functions whose name or file contains one of `marks`."""

    name: str
    marks: tuple[str, ...]


# The innermost function that stands here decides; of one function, the first part.
PARTS = [
    Part("commit, with its sync", ("do_commit", "_commit_impl")),
    Part("begin", ("_begin_impl", "begin (antonnia_server/db")),
    Part("savepoint of each unit", ("run (antonnia_server/db/sqlite",)),
    Part("SQL: parameters and execution", ("antonnia_server/db/statement", "sqlalchemy/")),
    Part("metadata: paths and values", ("conversations/metadata.py", "storage/metadata_rows")),
    Part("sealing", ("storage/sealing.py", "storage/blocks.py")),
    Part("wire objects to JSON, and back", ("pydantic/", "wire.py", "json/", "http/body.py")),
    Part("authentication", ("authentication.py", "auth/")),
    Part("idempotency", ("idempotency.py",)),
    Part("ids", ("antonnia_server/ids.py",)),
    Part("events", ("antonnia_server/events/",)),
    Part("rules and rows", ("antonnia_server/conversations/", "orchestrator/")),
    Part("hand-over between threads", ("antonnia_server/db/", "queue.py", "asyncio/", "threading")),
    Part("HTTP", ("uvicorn/", "starlette/", "antonnia_server/http", "uvloop", "fastapi/")),
]
OTHER = "other"


def main() -> int:
    arguments = parse_arguments()
    if arguments.py_spy is None:
        print("error: no py-spy; `pip install py-spy`, or name it with --py-spy", file=sys.stderr)
        return 1
    with (
        data_directory(arguments.directory) as directory,
        serving(PLATFORM, directory / "ours") as server,
    ):
        write(server, 1.0, "warm-up")
        samples = directory / "samples"
        with sampling(arguments.py_spy, server, arguments.seconds, samples):
            rate = write(server, arguments.seconds, "profiled")
        print(table(samples.read_text().splitlines(), rate))
        if arguments.raw is not None:
            shutil.copy(samples, arguments.raw)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--py-spy", default=shutil.which("py-spy"), help="the program")
    parser.add_argument("--raw", type=Path, metavar="FILE", help="keep the samples here")
    parser.add_argument("--directory", type=Path, default=ROOT / ".antonnia")
    return parser.parse_args()


def write(server: Server, seconds: float, run: str) -> float:
    """Sessions with three leaves of metadata and a message each; requests per second."""
    order = server.order(
        concurrency=CONCURRENCY, seconds=seconds, keyed=False, run=run, metadata=METADATA
    )
    result = run_load("load_writes", order)
    return float(result["requests"] / result["seconds"])


@contextmanager
def sampling(py_spy: str, server: Server, seconds: int, samples: Path) -> Iterator[None]:
    """Look at the server for so many seconds, beside what is done meanwhile."""
    command = [py_spy, "record", "--pid", str(server.process.pid), "--rate", str(RATE)]
    command += ["--gil", "--format", "raw", "--output", str(samples), "--duration", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield
        said, _ = process.communicate(timeout=STOP_SECONDS)
        if process.returncode != 0:
            raise BenchmarkError(f"py-spy: {said.decode(errors='replace')}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def table(samples: Iterable[str], rate: float) -> str:
    """Shares of the samples in which a thread of the server did something."""
    counts: Counter[str] = Counter()
    for line in samples:
        stack, _, count = line.rpartition(" ")
        counts[part_of(stack.split(";"))] += int(count)
    total = sum(counts.values())
    lines = [f"{total} samples while {rate:,.0f} requests/s were answered", ""]
    lines += [f"{count / total:6.1%}  {name}" for name, count in counts.most_common()]
    return "\n".join(lines)


def part_of(stack: list[str]) -> str:
    """The part of the innermost function that stands in one."""
    for function in reversed(stack):
        for part in PARTS:
            if any(mark in function for mark in part.marks):
                return part.name
    return OTHER


if __name__ == "__main__":
    sys.exit(main())
