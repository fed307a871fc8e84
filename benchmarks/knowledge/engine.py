"""A knowledge base in a database of its own, filled and asked past HTTP: the engine alone."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from antonnia_server.db import Transaction
from antonnia_server.db.migrate import migrate
from antonnia_server.db.sqlite import connect
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.entry import Entry

NOW = 1_700_000_000_000_000
CALLER = Caller("org_benchmark")


@contextmanager
def database(path: Path) -> Generator[sa.Connection]:
    """A connection that writes durably, as the server's."""
    engine = connect(path)
    migrate(engine)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def unit(connection: sa.Connection) -> Generator[Transaction]:
    """One unit of work, committed at its end."""
    with connection.begin():
        driver = cast(Any, connection.connection.dbapi_connection)
        yield Transaction(connection, driver.cursor(), NOW)


def create(connection: sa.Connection, name: str) -> str:
    with unit(connection) as tx:
        return service.create_base(tx, CALLER, name)


def put(connection: sa.Connection, knowledge_id: str, entries: Iterable[Entry]) -> list[float]:
    """Import them in pieces, as the command does; the seconds that each held the writer."""
    waiting = list(entries)
    seconds: list[float] = []
    for start in range(0, len(waiting), service.PIECE):
        piece = waiting[start : start + service.PIECE]
        began = time.perf_counter()
        with unit(connection) as tx:
            service.put_entries(tx, CALLER, knowledge_id, "benchmark.jsonl", piece)
        seconds.append(time.perf_counter() - began)
    return seconds


def calibrate(connection: sa.Connection, knowledge_id: str) -> None:
    """What the job does."""
    with unit(connection) as tx:
        sampled = service.sample(tx, CALLER, knowledge_id)
        examples = service.find_examples(tx, CALLER, knowledge_id, sampled)
        service.calibrate(tx, CALLER, knowledge_id, examples)


def entry(intent: str, phrasings: list[str]) -> Entry:
    """The answer says nothing that could help to find it."""
    title, *others = phrasings
    return Entry("question", title, "Yes.", intent, anchor=intent, phrasings=tuple(others))


def ask(tx: Transaction, knowledge_id: str, question: str) -> tuple[str, float]:
    """The best entry's source and its confidence; nothing if there is no match."""
    best = service.search(tx, CALLER, [knowledge_id], question, limit=1)
    return (best[0].source, best[0].confidence) if best else ("", 0.0)
