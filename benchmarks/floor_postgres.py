"""The floor on PostgreSQL: the least that a durable HTTP write can cost in this language here.

Starlette on uvicorn (uvloop, httptools) and psycopg: threads that each have a connection, one
transaction for every request, prepared statements. What it answers is committed. No tokens, no
validation, no retries.

With `--rows all` it writes what the platform writes, into the platform's own tables: what is asked,
in `floor_postgres_rows.py`. With `--rows one` a request is a single INSERT that commits by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import floor_postgres_rows as rows
from benchmarks.floor import SESSIONS, AnnouncingServer, answer
from benchmarks.processes import PLATFORM

Cursor = psycopg.RawCursor[tuple[Any, ...]]
# Does what a body says and returns what is answered: the id of what it made, or rows.
Work = Callable[[Cursor, dict[str, Any]], Any]
Order = tuple[Work, dict[str, Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]

# As many as the platform has writers.
THREADS = 8
TABLES = """
CREATE TABLE IF NOT EXISTS session
    (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact text, name text);
CREATE TABLE IF NOT EXISTS message
    (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session text, content text);
"""


def insert_session(cursor: Cursor, body: dict[str, Any]) -> str:
    statement = b"INSERT INTO session (contact, name) VALUES ($1, $2) RETURNING id"
    return _id_from(cursor.execute(statement, [body["contact_id"], body["contact_name"]]))


def insert_message(cursor: Cursor, body: dict[str, Any]) -> str:
    statement = b"INSERT INTO message (session, content) VALUES ($1, $2) RETURNING id"
    return _id_from(cursor.execute(statement, [body["session_id"], json.dumps(body["content"])]))


def _id_from(cursor: psycopg.Cursor[tuple[Any, ...]]) -> str:
    row = cursor.fetchone()
    assert row is not None, "an INSERT returns its row"
    return str(row[0])


class Threads:
    """Each does one request after the other, on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._queue: SimpleQueue[Order] = SimpleQueue()
        for _ in range(THREADS):
            # Without transactions of the driver each statement is one, unless it says otherwise.
            connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
            threading.Thread(target=self._work_forever, args=[connection], daemon=True).start()

    async def run(self, work: Work, body: dict[str, Any]) -> Any:
        """What the work returns, once it is durable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        self._queue.put((work, body, loop, done))
        return await done

    def _work_forever(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        # Without the translation of the placeholders, which costs more than the call.
        with psycopg.RawCursor(connection) as cursor:
            for number in itertools.count(1):
                work, body, loop, done = self._queue.get()
                # As the platform does: plans made for empty tables walk through full ones.
                if number & (number - 1) == 0:
                    cursor.execute(b"DISCARD PLANS")
                loop.call_soon_threadsafe(done.set_result, work(cursor, body))


def make_app(threads: Threads, write_session: Work, write_message: Work) -> Starlette:
    async def create_session(request: Request) -> Response:
        body = json.loads(await request.body())
        return answer({"id": await threads.run(write_session, body), **body})

    async def create_message(request: Request) -> Response:
        body = json.loads(await request.body())
        body["session_id"] = request.path_params["session_id"]
        return answer({"id": await threads.run(write_message, body), **body})

    async def search_sessions(request: Request) -> Response:
        body = json.loads(await request.body())
        return answer(await threads.run(rows.list_newest, body), status=200)

    return Starlette(
        routes=[
            Route(SESSIONS, create_session, methods=["POST"]),
            Route(SESSIONS + "/search", search_sessions, methods=["POST"]),
            Route(SESSIONS + "/{session_id}/messages", create_message, methods=["POST"]),
        ]
    )


def app_of(which: str, url: str) -> Starlette:
    if which == "all":
        migrating = [PLATFORM[0], "migrate", "--database-url", url]
        subprocess.run(migrating, check=True, stdout=subprocess.DEVNULL)
        return make_app(Threads(url), rows.create_session, rows.create_message)
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
    return make_app(Threads(url), insert_session, insert_message)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--rows", choices=("all", "one"), default="all")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, help="not used")
    parser.add_argument("--json", action="store_true", help="print the ready line (always done)")
    arguments = parser.parse_args()

    # uvicorn raises the signal again after its orderly stop; that is still a clean exit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app_of(arguments.rows, arguments.database_url),
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
    )
    AnnouncingServer(config).run()


if __name__ == "__main__":
    main()
