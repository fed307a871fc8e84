"""The floor: the least that a durable HTTP write, or a read, can cost in this language here.

Starlette on uvicorn (uvloop, httptools) and one SQLite file, written by one thread: one commit per
request, synced to the disk before the answer. No tokens, no validation, no events. What it reads,
it reads inline on the event loop, which no writer ever blocks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import sqlite3
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Write = tuple[str, tuple[str, ...], asyncio.AbstractEventLoop, "asyncio.Future[str]"]

# The paths of the platform, so that the load generator sends both servers the same bytes.
SESSIONS = "/conversations/v2/sessions"

TABLES = """
CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY, contact TEXT, name TEXT);
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, session INTEGER, content TEXT);
"""


class Writer:
    """One thread that commits one statement after the other.

    Writing inline on the event loop is ten lines shorter, but a little slower with a fast disk
    and much slower with a slow one, and a floor must not be easy to reach.
    """

    def __init__(self, path: Path) -> None:
        # Without an isolation level each statement is its own transaction: one INSERT, one COMMIT.
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(TABLES)
        self._queue: SimpleQueue[Write] = SimpleQueue()
        threading.Thread(target=self._write_forever, daemon=True).start()

    async def insert(self, statement: str, *values: str) -> str:
        """Run the statement and return its row's id once it is durable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str] = loop.create_future()
        self._queue.put((statement, values, loop, done))
        return await done

    def _write_forever(self) -> None:
        while True:
            statement, values, loop, done = self._queue.get()
            row_id = str(self._database.execute(statement, values).lastrowid)
            loop.call_soon_threadsafe(done.set_result, row_id)


class Reader:
    """Reads rows as the objects that they hold."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.row_factory = sqlite3.Row

    def rows(self, query: str, *values: str) -> list[dict[str, object]]:
        return [dict(row) for row in self._database.execute(query, values)]


def make_app(writer: Writer, reader: Reader) -> Starlette:
    async def create_session(request: Request) -> Response:
        body = json.loads(await request.body())
        session_id = await writer.insert(
            "INSERT INTO session (contact, name) VALUES (?, ?)",
            body["contact_id"],
            body["contact_name"],
        )
        return answer({"id": session_id, **body})

    async def create_message(request: Request) -> Response:
        body = json.loads(await request.body())
        session_id = request.path_params["session_id"]
        message_id = await writer.insert(
            "INSERT INTO message (session, content) VALUES (?, ?)",
            session_id,
            json.dumps(body["content"]),
        )
        return answer({"id": message_id, "session_id": session_id, **body})

    async def get_session(request: Request) -> Response:
        rows = reader.rows(
            "SELECT id, contact, name FROM session WHERE id = ?", request.path_params["session_id"]
        )
        return answer(rows[0], status=200)

    async def get_message(request: Request) -> Response:
        rows = reader.rows(
            "SELECT id, session, content FROM message WHERE id = ?",
            request.path_params["message_id"],
        )
        return answer(rows[0], status=200)

    async def search_sessions(request: Request) -> Response:
        await request.body()
        rows = reader.rows("SELECT id, contact, name FROM session ORDER BY id DESC LIMIT 100")
        return answer(rows, status=200)

    return Starlette(
        routes=[
            Route(SESSIONS, create_session, methods=["POST"]),
            Route(SESSIONS + "/search", search_sessions, methods=["POST"]),
            Route(SESSIONS + "/{session_id}", get_session),
            Route(SESSIONS + "/{session_id}/messages", create_message, methods=["POST"]),
            Route(SESSIONS + "/{session_id}/messages/{message_id}", get_message),
        ]
    )


def answer(body: object, status: int = 201) -> Response:
    return Response(json.dumps(body), status_code=status, media_type="application/json")


class AnnouncingServer(uvicorn.Server):
    """Prints one JSON line once it accepts connections, as `antonnia dev --json` does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()
        line = {"base_url": f"http://{host}:{port}", "token": "", "organization_id": ""}
        print(json.dumps(line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="print the ready line (always done)")
    arguments = parser.parse_args()

    # uvicorn raises the signal again after its orderly stop; that is still a clean exit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    arguments.data.mkdir(parents=True, exist_ok=True)
    path = arguments.data / "floor.db"
    config = uvicorn.Config(
        make_app(Writer(path), Reader(path)),
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
