"""What several processes do on one PostgreSQL; here each is a server of its own in this process."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from in_process import START, Clock, Place, Server, Template, serving

from antonnia_server.clock import HandClock, from_datetime
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.settings import PostgresLimits

IS_WANTED = "postgresql" in os.environ.get("ANTONNIA_TEST_ENGINES", "")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return None if IS_WANTED else True


@pytest.fixture
def url(database: Place) -> str:
    assert isinstance(database, str)
    return database


@pytest.fixture
async def db(server: Server) -> PostgresDatabase:
    assert isinstance(server.db, PostgresDatabase)
    return server.db


@pytest.fixture
async def other(template: Template, database: Place) -> AsyncIterator[Server]:
    """Another server on the database of `server`."""
    async with serving(database, template, HandClock(from_datetime(START))) as other:
        yield other


@asynccontextmanager
async def opened(url: str, limits: PostgresLimits | None = None) -> AsyncIterator[PostgresDatabase]:
    """The database of another process, which runs nothing."""
    db = PostgresDatabase(url, HandClock(from_datetime(START)), limits)
    await db.start()
    try:
        yield db
    finally:
        await db.close()


@pytest.fixture
async def other_db(url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(url) as db:
        yield db


@pytest.fixture
def other_clock(other: Server) -> Clock:
    return Clock(other)
