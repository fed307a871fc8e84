"""The whole server in this process, as the tests see it: a database, a clock, an application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import sqlalchemy as sa
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antonnia.conversations import Conversations
from antonnia.conversations.types import AgentCreate
from antonnia.orchestrator import Orchestrator
from antonnia.orchestrator.types import AssistantCreate
from antonnia_server import clock as clock_of_server
from antonnia_server import jobs
from antonnia_server.app import create_app
from antonnia_server.auth import service as auth
from antonnia_server.clock import HandClock, from_datetime, to_datetime
from antonnia_server.conversations import service as conversations
from antonnia_server.db import Database, Transaction
from antonnia_server.db.migrate import migrate
from antonnia_server.db.postgres import PostgresDatabase
from antonnia_server.db.postgres_connection import connect as connect_to_postgres
from antonnia_server.db.sqlite import SqliteDatabase, connect
from antonnia_server.db.tables import metadata
from antonnia_server.events.service import number_events
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job, RunningJob
from antonnia_server.jobs import service as job_service
from antonnia_server.orchestrator import service as orchestrator
from antonnia_server.orchestrator.knowledge import service as knowledge
from antonnia_server.orchestrator.knowledge.entry import Entry
from antonnia_server.settings import Limits, LogLimits, RateLimits, Settings, WebhookLimits

URL = "http://antonnia.test"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

QUESTION = "What are your opening hours?"
ANSWER = "We are open from 9:00 to 17:00, Monday to Friday."
OTHER_QUESTION = "How do I return a product?"
OTHER_ANSWER = "Send it back within thirty days; the label is in the parcel."
UNANSWERABLE = "Zebra quantum harpsichord?"
FAQ = [
    Entry("question", QUESTION, ANSWER, source="faq.md", anchor="hours"),
    Entry("question", OTHER_QUESTION, OTHER_ANSWER, source="faq.md", anchor="returns"),
]


# The file of an SQLite database, or the URL of a PostgreSQL one.
Place = Path | str


class Organization(NamedTuple):
    """An organization as a test finds it: with a token, and a default agent who knows the FAQ."""

    id: str
    token: str
    agent_id: str
    assistant_id: str
    knowledge_id: str


def given_organization(tx: Transaction, name: str) -> Organization:
    organization_id = auth.find_or_create_organization(tx, name)
    token = auth.create_token(tx, organization_id, "tests").token
    caller = Caller(organization_id)
    knowledge_id = knowledge.create_base(tx, caller, "faq")
    knowledge.import_entries(tx, caller, knowledge_id, "faq.md", FAQ)
    wanted = AssistantCreate(name="Ada", knowledge_ids=[knowledge_id])
    assistant_id = orchestrator.create_assistant(tx, caller, wanted).id
    body = AgentCreate(name="Ada", type="ai", assistant_id=assistant_id)
    agent = conversations.create_agent(
        tx, caller, body, hold_assistant=orchestrator.hold_assistant, is_default=True
    )
    return Organization(organization_id, token, agent.id, assistant_id, knowledge_id)


class Template(NamedTuple):
    """A migrated database with two organizations, from which each test gets a copy."""

    place: Place
    ours: Organization
    theirs: Organization


def open_database(place: Place, clock: clock_of_server.Clock) -> Database:
    return (
        SqliteDatabase(place, clock) if isinstance(place, Path) else PostgresDatabase(place, clock)
    )


def open_engine(place: Place, *, read_only: bool = False) -> sa.Engine:
    """For a look past the server."""
    if isinstance(place, Path):
        return connect(place, read_only=read_only)
    return connect_to_postgres(place, read_only=read_only)


async def make_template(place: Place) -> Template:
    engine = open_engine(place)
    migrate(engine)
    engine.dispose()
    db = open_database(place, HandClock(from_datetime(START)))
    await db.start()
    ours = await db.write(given_organization, "ours")
    theirs = await db.write(given_organization, "theirs")
    await db.close()
    return Template(place, ours, theirs)


@dataclass
class Server:
    """A server that runs, and its database."""

    app: ASGIApp
    db: Database
    engine: sa.Engine
    hand: HandClock
    ours: Organization
    theirs: Organization

    @property
    def state(self) -> State:
        """What the application's routes find things in."""
        # The edge and the dispatch lie around it.
        inner: Any = self.app
        while not hasattr(inner, "state"):
            inner = inner._app
        state: State = inner.state
        return state

    @property
    def caller(self) -> Caller:
        return Caller(self.ours.id)

    def http(
        self, token: str | None = None, *, raise_app_exceptions: bool = True
    ) -> httpx.AsyncClient:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)

    def client(self, organization: Organization) -> Conversations:
        return Conversations(organization.token, URL, http_client=self.http(), max_retries=0)

    def orchestrator(self, organization: Organization) -> Orchestrator:
        return Orchestrator(organization.token, URL, http_client=self.http(), max_retries=0)

    def rows(self, table: str, **where: Any) -> list[sa.RowMapping]:
        """What a table of the database holds."""
        if table == "events":
            self._number_events()
        columns = metadata.tables[table].c
        query = sa.select(*columns).where(*(columns[name] == where[name] for name in where))
        with self.engine.connect() as connection:
            return list(connection.execute(query).mappings())

    def _number_events(self) -> None:
        """Do what the relay will do soon, where events are not numbered as they are written."""
        if not self.db.is_shared:
            return
        with self.engine.begin() as connection:
            cursor: Any = connection.connection.cursor()
            number_events(Transaction(connection, cursor, self.hand.now()), at_most=10_000)

    def outcomes(self) -> list[tuple[str | None, str | None]]:
        """How each reply window ended, in the order in which they were opened."""
        windows = sorted(self.rows("reply_windows"), key=lambda row: (row["opened_at"], row["id"]))
        return [(window["outcome"], window["reason"]) for window in windows]

    async def create_token(
        self,
        organization: Organization,
        name: str = "another",
        *,
        permissions: Sequence[str] = ("*",),
    ) -> str:
        created = await self.db.write(
            auth.create_token, organization.id, name, permissions=permissions
        )
        return created.token


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[None]:
    """Start the application as an ASGI server does, and stop it."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    life = asyncio.create_task(app(scope, to_app.get, from_app.put))  # type: ignore[arg-type]  # a coroutine
    await to_app.put({"type": "lifespan.startup"})
    started = await from_app.get()
    assert started["type"] == "lifespan.startup.complete", started
    try:
        yield
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await life


@asynccontextmanager
async def serving(
    place: Place,
    template: Template,
    hand: HandClock,
    limits: Limits | None = None,
    *,
    webhooks: WebhookLimits | None = None,
    log: LogLimits | None = None,
    rates: RateLimits | None = None,
    trusted_proxies: tuple[str, ...] = (),
) -> AsyncIterator[Server]:
    """A server on the database at `place`."""
    db = open_database(place, hand)
    settings = Settings(
        is_test_clock=True,
        limits=limits or Limits(),
        webhooks=webhooks or WebhookLimits(allows_private=True),
        log=log or LogLimits(),
        rates=rates or RateLimits(),
        trusted_proxies=trusted_proxies,
    )
    app = create_app(db, hand, settings)
    engine = open_engine(place)
    async with running(app):
        yield Server(app, db, engine, hand, template.ours, template.theirs)
    engine.dispose()


@asynccontextmanager
async def given_server_on(
    place: Place, template: Template, clock: clock_of_server.Clock
) -> AsyncIterator[Server]:
    """A server that follows a clock of its own, which no request moves."""
    db = open_database(place, clock)
    app = create_app(db, clock, Settings())
    engine = open_engine(place)
    async with running(app):
        yield Server(app, db, engine, HandClock(clock.now()), template.ours, template.theirs)
    engine.dispose()


@asynccontextmanager
async def storing(place: Place, template: Template, hand: HandClock) -> AsyncIterator[Server]:
    """Only the database of a server: nobody answers requests or runs jobs."""
    db = open_database(place, hand)
    engine = open_engine(place)
    await db.start()
    yield Server(_nobody, db, engine, hand, template.ours, template.theirs)
    await db.close()
    engine.dispose()


async def _nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("there is no application")


class FailingDatabase:
    """A disk that fails: every unit of work ends as it says."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def write(self, *_: object) -> None:
        raise self._error

    read = write
    trouble = None


class Clock:
    """The server's clock, moved as the contract says."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def now(self) -> datetime:
        return to_datetime(self._server.hand.now())

    async def advance(self, seconds: float) -> None:
        """Move it, and wait until nothing is left to do."""
        async with self._server.http(self._server.ours.token) as http:
            response = await http.post("/testing/v1/clock", json={"advance": seconds})
        assert response.status_code == 200, response.text

    async def settle(self) -> None:
        """Wait until nothing is left to do now."""
        await self.advance(0)

    async def jump(self, seconds: float) -> None:
        """Move it without the runner noticing, so that the test can work in its place."""
        # What was just written may have woken the runner; let it look at the time before.
        await self.settle()
        later = self.now + timedelta(seconds=seconds)
        self._server.hand.move_to(from_datetime(later))


class RecordedEvents:
    """The log of our organization."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def all(self) -> list[sa.RowMapping]:
        rows = self._server.rows("events", organization_id=self._server.ours.id)
        return sorted(rows, key=lambda row: row["position"])

    @property
    def types(self) -> list[str]:
        return [row["type"] for row in self.all()]

    def of_type(self, type: str) -> list[sa.RowMapping]:
        return [row for row in self.all() if row["type"] == type]


class HandWorker:
    """Does what the runner does, one unit of work at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        # Set, it is a runner that stops.
        self.stop = asyncio.Event()

    async def claim(self) -> RunningJob:
        """Take the one job that is due, before the runner notices that it is."""
        claimed = await self._server.db.write(job_service.claim, 10, 15)
        [job] = claimed.jobs
        return RunningJob(self._server.db, job, self.stop)


def finish_job(tx: Transaction, caller: Caller, job: Job) -> None:
    """The last unit of a job that had nothing else to do."""
    jobs.finish(tx, job)
