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

from benchmarks import floor_postgres_rows
from benchmarks.floor import SESSIONS, AnnouncingServer, answer
from benchmarks.processes import PLATFORM

Cursor = psycopg.RawCursor[tuple[Any, ...]]
# Writes what a body says and returns the id of what it made.
Write = Callable[[Cursor, dict[str, Any]], str]
Order = tuple[Write, dict[str, Any], asyncio.AbstractEventLoop, "asyncio.Future[str]"]

# As many as the platform's.
WRITERS = 8
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


class Writers:
    """Threads that each commit one request after the other, on connections of their own."""

    def __init__(self, url: str) -> None:
        self._queue: SimpleQueue[Order] = SimpleQueue()
        for _ in range(WRITERS):
            # Without transactions of the driver each statement is one, unless it says otherwise.
            connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
            threading.Thread(target=self._write_forever, args=[connection], daemon=True).start()

    async def run(self, write: Write, body: dict[str, Any]) -> str:
        """Have it written; the id, once it is durable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str] = loop.create_future()
        self._queue.put((write, body, loop, done))
        return await done

    def _write_forever(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        # Without the translation of the placeholders, which costs more than the call.
        with psycopg.RawCursor(connection) as cursor:
            for number in itertools.count(1):
                write, body, loop, done = self._queue.get()
                # As the platform does: plans made for empty tables walk through full ones.
                if number & (number - 1) == 0:
                    cursor.execute(b"DISCARD PLANS")
                loop.call_soon_threadsafe(done.set_result, write(cursor, body))


def make_app(writers: Writers, write_session: Write, write_message: Write) -> Starlette:
    async def create_session(request: Request) -> Response:
        body = json.loads(await request.body())
        return answer({"id": await writers.run(write_session, body), **body})

    async def create_message(request: Request) -> Response:
        body = json.loads(await request.body())
        body["session_id"] = request.path_params["session_id"]
        return answer({"id": await writers.run(write_message, body), **body})

    return Starlette(
        routes=[
            Route(SESSIONS, create_session, methods=["POST"]),
            Route(SESSIONS + "/{session_id}/messages", create_message, methods=["POST"]),
        ]
    )


def app_of(rows: str, url: str) -> Starlette:
    if rows == "all":
        subprocess.run(
            [PLATFORM[0], "migrate", "--database-url", url], check=True, stdout=sys.stderr
        )
        create_session = floor_postgres_rows.create_session
        create_message = floor_postgres_rows.create_message
        return make_app(Writers(url), create_session, create_message)
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
    return make_app(Writers(url), insert_session, insert_message)


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
