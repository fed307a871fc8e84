"""A server for each test, on a copy of a database that is migrated once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from in_process import (
    START,
    Clock,
    HandWorker,
    RecordedEvents,
    Server,
    Template,
    make_template,
    serving,
)

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia_server.clock import HandClock, from_datetime


@pytest.fixture(scope="session", params=["sqlite"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What each test's database is a copy of; a parameter for each engine."""
    path = tmp_path_factory.mktemp("template") / "antonnia.db"
    return asyncio.run(make_template(path))


@pytest.fixture
def database_path(template: Template, tmp_path: Path) -> Path:
    return Path(shutil.copy(template.path, tmp_path / "antonnia.db"))


@pytest.fixture
async def server(template: Template, database_path: Path) -> AsyncIterator[Server]:
    async with serving(database_path, template, HandClock(from_datetime(START))) as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Conversations]:
    """The real client of an organization whose default agent knows the FAQ."""
    async with server.client(server.ours) as client:
        yield client


@pytest.fixture
async def other_client(server: Server) -> AsyncIterator[Conversations]:
    """The client of another organization, with such an agent too."""
    async with server.client(server.theirs) as client:
        yield client


@pytest.fixture
async def orchestrator(server: Server) -> AsyncIterator[Orchestrator]:
    """The client of the assistants and the knowledge of our organization."""
    async with server.orchestrator(server.ours) as orchestrator:
        yield orchestrator


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """The wire, with our organization's token."""
    async with server.http(server.ours.token) as http:
        yield http


@pytest.fixture
def clock(server: Server) -> Clock:
    return Clock(server)


@pytest.fixture
def events(server: Server) -> RecordedEvents:
    return RecordedEvents(server)


@pytest.fixture
def worker(server: Server) -> HandWorker:
    return HandWorker(server)
