"""A server for each test, on a copy of a database that is migrated once."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from given_postgres import Cluster, opened_cluster
from in_process import (
    START,
    Clock,
    HandWorker,
    Place,
    RecordedEvents,
    Server,
    Template,
    make_template,
    serving,
)
from secrecy.plugin import WATCH

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia_server.clock import HandClock, from_datetime

# What the tests of a server are run on: `sqlite`, `postgresql`, or both with a comma.
ENGINES = os.environ.get("ANTONNIA_TEST_ENGINES", "sqlite").split(",")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on each engine; one that asks for the file of a database only on SQLite."""
    if "template" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    wanted = set(ENGINES)
    if "sqlite_only" in marks or "database_path" in metafunc.fixturenames:
        wanted &= {"sqlite"}
    if "postgres_only" in marks:
        wanted &= {"postgresql"}
    engines = [engine for engine in ENGINES if engine in wanted]
    metafunc.parametrize("template", engines, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On other engines than SQLite leave out what asks for none of them: it was run with SQLite."""
    if "sqlite" in ENGINES:
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        asks = {"template", "cluster"} & set(getattr(item, "fixturenames", ()))
        (kept if asks or item.path.parent.name == "postgres" else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with opened_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What each test's database is a copy of."""
    if request.param == "sqlite":
        return asyncio.run(make_template(tmp_path_factory.mktemp("template") / "antonnia.db"))
    cluster: Cluster = request.getfixturevalue("cluster")
    return asyncio.run(make_template(cluster.create()))


@pytest.fixture
def database(request: pytest.FixtureRequest, template: Template, tmp_path: Path) -> Iterator[Place]:
    if isinstance(template.place, Path):
        path = Path(shutil.copy(template.place, tmp_path / "antonnia.db"))
        yield path
        WATCH.look_through_database(path)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create(template.place)
    yield url
    # What the others store has been looked through on SQLite; here each costs a connection more.
    if request.path.parent.name in ("auth", "events"):
        WATCH.look_through_database(url)
    cluster.drop(url)


@pytest.fixture
def database_path(database: Place) -> Path:
    """The file of the database; for tests that are about files."""
    assert isinstance(database, Path)
    return database


@pytest.fixture
async def server(template: Template, database: Place) -> AsyncIterator[Server]:
    async with serving(database, template, HandClock(from_datetime(START))) as server:
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
