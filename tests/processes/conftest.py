"""A durable PostgreSQL, and an empty database in it for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from postgres_process import PostgresProcess, running_postgres
from secrecy.plugin import WATCH


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresProcess]:
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture
def url(postgres: PostgresProcess) -> Iterator[str]:
    url = postgres.create_database(f"antonnia_{uuid.uuid4().hex}")
    yield url
    WATCH.look_through_database(url)
