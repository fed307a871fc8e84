"""Every statement that is compiled once finds its rows by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
import sqlalchemy as sa

import antonnia_server
from antonnia_server.db import Statement
from antonnia_server.db.migrate import migrate
from antonnia_server.db.sqlite import connect

# A look at a whole table, or at everything that an organization has in it.
SLOW = re.compile(r"^SCAN (?!.*\bINDEX\b)|\(organization_id=\?\)")
ALLOWED = {
    # There is at most one default agent in an organization, and the index holds nothing else.
    "SEARCH agents USING INDEX uq_agents_default (organization_id=?)",
    # There is one row for each organization.
    "SEARCH event_positions USING PRIMARY KEY (organization_id=?)",
    "SEARCH event_horizons USING PRIMARY KEY (organization_id=?)",
    # There are a hundred webhooks in an organization at most.
    "SEARCH webhooks USING PRIMARY KEY (organization_id=?)",
    # The people in an organization, and their tokens, are few; they are changed one at a time.
    "SEARCH members USING PRIMARY KEY (organization_id=?)",
    "SEARCH tokens USING INDEX sqlite_autoindex_tokens_1 (organization_id=?)",
    # The organization's newest block: where its rows are read from the end, the first is enough.
    "SEARCH session_blocks USING PRIMARY KEY (organization_id=?)",
}

# Statements of PostgreSQL, which SQLite cannot read.
ONLY_POSTGRES = re.compile(
    r"events\.storage\.log\._NUMBER$|jobs\.storage\._LIST_(HOLDERS|KNOWN_.*)$"
    r"|knowledge\.storage\.lexemes\."
)


def statements() -> Iterator[tuple[str, Statement[tuple[object, ...]]]]:
    for module in walk_packages(antonnia_server.__path__, "antonnia_server."):
        if ".migrations" not in module.name and "storage" in module.name:
            for name, value in vars(import_module(module.name)).items():
                place = f"{module.name}.{name}"
                if isinstance(value, Statement) and not ONLY_POSTGRES.search(place):
                    yield place, value


def plan_of(statement: Statement[tuple[object, ...]], connection: sa.Connection) -> list[str]:
    """How SQLite would run it."""
    compiled = statement._statement.compile(dialect=connection.dialect)
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {compiled}", [None] * len(compiled.positiontup))
    return [row[3] for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    engine = connect(tmp_path_factory.mktemp("plans") / "a.db")
    migrate(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    "statement", [pytest.param(statement, id=name) for name, statement in statements()]
)
def test_a_statement_finds_its_rows_by_an_index(
    statement: Statement[tuple[object, ...]], connection: sa.Connection
) -> None:
    plan = plan_of(statement, connection)

    assert [line for line in plan if SLOW.search(line) and line not in ALLOWED] == []


def test_there_are_statements_to_ask_about() -> None:
    assert len(list(statements())) > 30
