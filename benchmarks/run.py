"""Runs the benchmarks and prints one table. A missed target is a result, an error is not."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import time
from pathlib import Path

from benchmarks import (
    answers,
    auth,
    deliveries,
    knowledge,
    postgres,
    postgres_deliveries,
    postgres_events,
    postgres_jobs,
    postgres_search,
    scale,
    startup,
    writes,
)
from benchmarks.processes import PLATFORM, ROOT, BenchmarkError
from benchmarks.report import Figure, as_json, beside_table, table
from benchmarks.sdk import measure as sdk
from benchmarks.settings import Settings

BENCHMARKS = {
    "writes": writes.measure,
    "answers": answers.measure,
    "auth": auth.measure,
    "deliveries": deliveries.measure,
    "startup": startup.measure,
    "scale": scale.measure,
    "knowledge": knowledge.measure,
    "postgres": postgres.measure,
    "postgres-deliveries": postgres_deliveries.measure,
    "postgres-events": postgres_events.measure,
    "postgres-jobs": postgres_jobs.measure,
    "postgres-search": postgres_search.measure,
    "sdk": sdk.measure,
}

# Installs the clients of others at its first run, so it is for who asks for it.
ON_REQUEST = {"sdk"}


def main() -> int:
    arguments = parse_arguments()
    settings = Settings(
        command=tuple(shlex.split(arguments.server)) if arguments.server else PLATFORM,
        directory=arguments.directory,
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        answers=arguments.answers,
        sessions=arguments.sessions,
        data=arguments.data,
        started=time.time_ns(),
        clinc150=arguments.clinc150,
        banking77=arguments.banking77,
        entries=arguments.entries,
    )
    figures: list[Figure] = []
    try:
        for name in arguments.benchmarks or [one for one in BENCHMARKS if one not in ON_REQUEST]:
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += BENCHMARKS[name](settings)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(figures))
    if others := beside_table(figures):
        print(f"\n{others}")
    if arguments.json is not None:
        write_json(arguments.json, settings, figures)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument(
        "benchmarks", nargs="*", help=f"any of {', '.join(BENCHMARKS)}; else all but sdk"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample here")
    parser.add_argument("--server", help="command of another server than `antonnia dev`")
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".antonnia", help="the disk that is measured"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one round of writes")
    parser.add_argument("--answers", type=int, default=2000, help="in the throughput run")
    parser.add_argument("--sessions", type=int, default=100_000, help="of the scale benchmark")
    parser.add_argument("--data", type=Path, help="keep the sessions of the scale benchmark here")
    parser.add_argument("--clinc150", type=Path, metavar="FILE", help="data_full.json of CLINC150")
    parser.add_argument(
        "--banking77",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="train.csv and test.csv of BANKING77, or one of them",
    )
    parser.add_argument("--entries", type=int, default=100_000, help="of the large knowledge base")
    arguments = parser.parse_args()
    unknown = set(arguments.benchmarks) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return arguments


def write_json(path: Path, settings: Settings, figures: list[Figure]) -> None:
    report = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "rounds": settings.rounds,
        "figures": [as_json(figure) for figure in figures],
    }
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
