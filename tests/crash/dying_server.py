"""A server that kills itself between the last RELEASE and the COMMIT of a group.

    python dying_server.py --port 0 --data DIRECTORY --json --units N

It is the server that `antonnia serve` runs, on a data directory that `antonnia dev` has prepared.
Once a group holds at least N writes whose idempotency keys begin with `doomed-`, it writes their
keys into `doomed.json` in that directory and dies.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import click
import uvicorn

from antonnia_server.app import create_app
from antonnia_server.clock import SystemClock
from antonnia_server.data_directory import DATABASE_NAME, DataDirectory
from antonnia_server.db import Transaction
from antonnia_server.db.sqlite import SqliteDatabase
from antonnia_server.process import base_url_of, listen
from antonnia_server.settings import Settings

# How long the disk takes for the first doomed write: long enough for all others to gather behind
# it, so that they become one group.
FIRST_COMMIT_SECONDS = 1.0
DOOMED = "doomed-"


class Executioner:
    """Looks at each group just before its COMMIT."""

    def __init__(self, directory: Path, units: int) -> None:
        self._directory = directory
        self._units = units
        # None before the first group, which is the server's own: it starts.
        self._committed: set[str] | None = None
        self._is_first = True

    def __call__(self, tx: Transaction) -> None:
        tx.cursor.execute("SELECT key FROM idempotency_keys WHERE key GLOB ?", (DOOMED + "*",))
        keys = {row[0] for row in tx.cursor.fetchall()}
        group = sorted(keys - (keys if self._committed is None else self._committed))
        if len(group) >= self._units:
            (self._directory / "doomed.json").write_text(json.dumps(group))
            os.kill(os.getpid(), signal.SIGKILL)
        if group and self._is_first:
            self._is_first = False
            time.sleep(FIRST_COMMIT_SECONDS)
        self._committed = keys


@click.command()
@click.option("--port", type=int)
@click.option("--data", type=Path)
@click.option("--json", "is_json", is_flag=True)
@click.option("--units", type=int)
def main(port: int, data: Path, is_json: bool, units: int) -> None:
    directory = DataDirectory(data / DATABASE_NAME)
    clock = SystemClock()
    with directory.owned(), listen("127.0.0.1", port) as listener:
        db = SqliteDatabase(directory.database, clock, before_commit=Executioner(data, units))
        config = uvicorn.Config(create_app(db, clock, Settings()), log_config=None, lifespan="on")
        # Connections wait in the socket until the server accepts them.
        click.echo(json.dumps({"base_url": base_url_of(listener), "token": directory.find_token()}))
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
