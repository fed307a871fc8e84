from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from antonnia_server.db import Transaction, metadata
from antonnia_server.db.sqlite import connect
from antonnia_server.http.caller import Caller
from antonnia_server.jobs.tables import jobs
from antonnia_server.orchestrator.knowledge import service, tables
from antonnia_server.orchestrator.knowledge.reading import read_entries

NOW = 1_700_000_000_000_000

Ask = Callable[[], AbstractContextManager[Transaction]]


@pytest.fixture
def caller() -> Caller:
    return Caller("org_ours")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "antonnia.db"


@pytest.fixture
def tx(path: Path) -> Iterator[Transaction]:
    """A transaction of the writer, on a database that has the tables and nothing else."""
    engine = connect(path)
    with engine.connect() as connection, connection.begin():
        metadata.create_all(
            connection,
            tables=[
                *(table for name, table in vars(tables).items() if name.startswith("knowledge_")),
                jobs,
            ],
        )
        yield transaction(connection)
    engine.dispose()


@pytest.fixture
def snapshot(path: Path, tx: Transaction) -> Ask:
    """What a reader may do: commit what `tx` wrote, then open a read-only transaction."""

    @contextmanager
    def open_snapshot() -> Iterator[Transaction]:
        tx.connection.exec_driver_sql("COMMIT")
        engine = connect(path, read_only=True)
        with engine.connect() as connection, connection.begin():
            yield transaction(connection)
        engine.dispose()
        tx.connection.exec_driver_sql("BEGIN IMMEDIATE")

    return open_snapshot


@pytest.fixture
def knowledge_id(tx: Transaction, caller: Caller) -> str:
    return service.create_base(tx, caller, "help")


@pytest.fixture
def learn(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> Callable[[str, str], service.ImportResult]:
    """Import a file, given by its name and its text, into the base."""

    def learn(file_name: str, text: str) -> service.ImportResult:
        entries = read_entries(file_name, text.encode())
        return service.import_entries(tx, caller, knowledge_id, file_name, entries)

    return learn


def transaction(connection: sa.Connection) -> Transaction:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    return Transaction(connection, cast(object, driver.cursor()), NOW)
