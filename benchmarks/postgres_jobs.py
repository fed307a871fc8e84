"""Later work on PostgreSQL: how many jobs a second `antonnia worker` brings to their end.

Thousands of replies are asked for while nobody works. Then workers are started. What counts is the
time from when a tenth of the windows has its outcome until nine tenths have, as their rows say: the
start of a process and the last stragglers are no part of the rate.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.load_answers import QUESTIONS
from benchmarks.postgres import command, database, postgres
from benchmarks.processes import (
    PLATFORM,
    STOP_SECONDS,
    BenchmarkError,
    Server,
    data_directory,
    run_load,
    serving,
)
from benchmarks.report import Figure
from benchmarks.settings import Settings

WORK_SECONDS = 120
TARGET = 600


class Kind(NamedTuple):
    """What the jobs of a round do."""

    name: str
    asks: bool
    # What became of every one of them, as the windows say.
    outcome: str
    # How many of a `--answers`: what is only looked at takes a fraction of the time.
    times: int
    target: float | None


KINDS = [
    # One transaction: the session is looked at, and there is nothing to answer.
    Kind("jobs, nothing to answer", asks=False, outcome="silence", times=4, target=TARGET),
    # Three, and a search between them.
    Kind("jobs, answers", asks=True, outcome="answer", times=1, target=None),
]


def measure(settings: Settings) -> list[Figure]:
    figures = []
    with data_directory(settings.directory) as directory, postgres(directory) as server:
        for kind in KINDS:
            count = kind.times * settings.answers
            with database(server) as floor_url:
                floor = floor_rate(floor_url, count)
            for workers in (1, 2):
                with database(server) as url:
                    rate = rate_of(
                        url, directory / f"{kind.outcome}-{workers}", kind, count, workers
                    )
                figures.append(figure(kind, workers, rate, floor))
    return figures


def floor_rate(url: str, count: int) -> float:
    module = [sys.executable, "-m", "benchmarks.floor_postgres_jobs"]
    done = subprocess.run(
        [*module, "--database-url", url, "--jobs", str(count)], stdout=subprocess.PIPE, check=True
    )
    return float(count / json.loads(done.stdout)["seconds"])


def rate_of(url: str, data: Path, kind: Kind, count: int, workers: int) -> float:
    """Outcomes a second, once every job has been done, and done once."""
    with serving((*command("platform_postgres", url), "--no-jobs"), data) as server:
        let_answer(url, data)
        fill(server, kind, count)
        with ExitStack() as stack:
            for number in range(workers):
                stack.enter_context(working(url, data.with_suffix(f".worker-{number}")))
            until_done(url)
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT outcome, closed_at FROM reply_windows ORDER BY closed_at")
        ends = [closed_at for outcome, closed_at in rows if outcome == kind.outcome]
    if len(ends) != count:
        raise BenchmarkError(f"{kind.name}: {len(ends)} of {count} ended in {kind.outcome!r}")
    tenth = count // 10
    return float((count - 2 * tenth) / ((ends[-tenth] - ends[tenth]) / 1e6))


def let_answer(url: str, data: Path) -> None:
    """Make the assistant that holds new sessions, which knows the answers."""
    known = data.with_suffix(".md")
    known.write_text("\n".join(f"## {question}\nLike this.\n" for question in QUESTIONS))
    importing = (PLATFORM[0], "knowledge", "import", str(known), "--organization", "bench")
    subprocess.run([*importing, "--database-url", url], stdout=subprocess.DEVNULL, check=True)


def fill(server: Server, kind: Kind, count: int) -> None:
    run_load("load_replies", server.order(count=count, run="jobs", asks=kind.asks))


@contextmanager
def working(url: str, log_path: Path) -> Iterator[None]:
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [PLATFORM[0], "worker", "--database-url", url], stdout=log, stderr=log
        )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        if process.wait(STOP_SECONDS) != 0:
            raise BenchmarkError(f"a worker ended badly:\n{log_path.read_text()[-2000:]}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until_done(url: str) -> None:
    deadline = time.monotonic() + WORK_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "SELECT 1 FROM reply_windows WHERE outcome IS NULL LIMIT 1"
        ).fetchone():
            if time.monotonic() > deadline:
                raise BenchmarkError(f"jobs are left after {WORK_SECONDS} s")
            time.sleep(0.2)


def figure(kind: Kind, workers: int, rate: float, floor: float) -> Figure:
    return Figure(
        name=f"{kind.name}, {workers} worker{'s' if workers > 1 else ''}",
        unit="/s",
        ours=rate,
        floor=floor,
        judged="ours",
        better="higher",
        target=kind.target if workers == 1 else None,
    )
