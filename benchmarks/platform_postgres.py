"""The platform on PostgreSQL, as `antonnia serve` runs it; prints one JSON line once it listens."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

from antonnia_server.process import run_shared_server
from antonnia_server.settings import Settings, WebhookLimits
from antonnia_server.shared_database import SharedDatabase
from benchmarks.processes import PLATFORM


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--no-jobs", action="store_true", help="leave later work to workers")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, help="not used")
    parser.add_argument("--json", action="store_true", help="print the ready line (always done)")
    arguments = parser.parse_args()

    command = [PLATFORM[0], "token", "create", "--organization", "bench", "--json"]
    command += ["--database-url", arguments.database_url]
    made = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    def say_ready(base_url: str) -> None:
        print(json.dumps({"base_url": base_url, "token": made["token"]}), flush=True)

    run_shared_server(
        SharedDatabase(arguments.database_url),
        "127.0.0.1",
        arguments.port,
        settings=Settings(
            runs_jobs=not arguments.no_jobs,
            # The receivers of the benchmarks are on this machine.
            webhooks=WebhookLimits(allows_private=True),
        ),
        processes=1,
        on_ready=say_ready,
    )


if __name__ == "__main__":
    main()
