"""The floor on PostgreSQL: the least that a durable HTTP write can cost in this language here.

Starlette on uvicorn (uvloop, httptools) and psycopg: threads that each have a connection, and one
prepared INSERT, which is its own transaction, for every request. What it answers is committed. No
tokens, no validation, no events.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.floor import SESSIONS, AnnouncingServer, answer

Insert = tuple[str, tuple[str, ...], asyncio.AbstractEventLoop, "asyncio.Future[str]"]

# As many as the platform's.
WRITERS = 8
TABLES = """
CREATE TABLE IF NOT EXISTS session
    (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact text, name text);
CREATE TABLE IF NOT EXISTS message
    (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session text, content text);
"""


class Writers:
    """Threads that each commit one statement after the other, on connections of their own."""

    def __init__(self, url: str) -> None:
        self._queue: SimpleQueue[Insert] = SimpleQueue()
        with psycopg.connect(url) as connection:
            connection.execute(TABLES)
        for _ in range(WRITERS):
            # Without transactions of the driver each statement is one.
            connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
            threading.Thread(target=self._write_forever, args=[connection], daemon=True).start()

    async def insert(self, statement: str, *values: str) -> str:
        """Run the statement and return its row's id once it is durable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str] = loop.create_future()
        self._queue.put((statement, values, loop, done))
        return await done

    def _write_forever(self, connection: psycopg.Connection[tuple[int]]) -> None:
        # Without the translation of the placeholders, which costs more than the call.
        with psycopg.RawCursor(connection) as cursor:
            while True:
                statement, values, loop, done = self._queue.get()
                cursor.execute(statement.encode(), values)
                row = cursor.fetchone()
                assert row is not None, "an INSERT returns its row"
                loop.call_soon_threadsafe(done.set_result, str(row[0]))


def make_app(writers: Writers) -> Starlette:
    async def create_session(request: Request) -> Response:
        body = json.loads(await request.body())
        session_id = await writers.insert(
            "INSERT INTO session (contact, name) VALUES ($1, $2) RETURNING id",
            body["contact_id"],
            body["contact_name"],
        )
        return answer({"id": session_id, **body})

    async def create_message(request: Request) -> Response:
        body = json.loads(await request.body())
        session_id = request.path_params["session_id"]
        message_id = await writers.insert(
            "INSERT INTO message (session, content) VALUES ($1, $2) RETURNING id",
            session_id,
            json.dumps(body["content"]),
        )
        return answer({"id": message_id, "session_id": session_id, **body})

    return Starlette(
        routes=[
            Route(SESSIONS, create_session, methods=["POST"]),
            Route(SESSIONS + "/{session_id}/messages", create_message, methods=["POST"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, help="not used")
    parser.add_argument("--json", action="store_true", help="print the ready line (always done)")
    arguments = parser.parse_args()

    # uvicorn raises the signal again after its orderly stop; that is still a clean exit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        make_app(Writers(arguments.database_url)),
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
