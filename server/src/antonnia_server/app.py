"""The application: the slices, put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from antonnia.core.version import __version__

from . import health, jobs, metrics, operator_api, testing_api
from .auth.lookup import RememberingTokenLookup
from .cleaning import HANDLERS as CLEANING
from .cleaning import schedule_cleaning
from .clock import Clock
from .conversations import routes as conversations
from .conversations.jobs import HANDLERS as CONVERSATIONS
from .db import Database
from .events.changes import Changes
from .events.relay import Relay
from .http import documents, documents_page
from .http.dispatch import Dispatch
from .http.edge import Edge, on_http_exception
from .http.intake import Intake
from .jobs import Runner
from .orchestrator import routes as orchestrator
from .orchestrator.jobs import HANDLERS as ORCHESTRATOR
from .orchestrator.knowledge import service as knowledge
from .orchestrator.service import hold_assistant
from .settings import Settings

DESCRIPTION = """Sessions between contacts and agents, human or AI; messages that are never lost,
doubled, or spoken over a person."""


def create_app(db: Database, clock: Clock, settings: Settings) -> ASGIApp:
    """The ASGI application: starting it opens `db` and begins to run jobs."""

    app = FastAPI(
        title="Antonnia",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(db, clock, settings),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: on_http_exception},
    )
    app.state.db = db
    app.state.clock = clock
    app.state.tokens = RememberingTokenLookup(db)
    app.state.intake = Intake(settings.limits)
    app.state.metrics = metrics.Metrics()
    app.state.operator_secret = settings.operator_secret
    app.state.hold_assistant = hold_assistant
    app.state.log_changes = Changes(db)
    shown = [("", health.router), ("", metrics.router)]
    shown += [("/conversations/v2", router) for router in conversations.ROUTERS]
    shown += [("/orchestrator/v1", router) for router in orchestrator.ROUTERS]
    # Older clients, given the root of the platform, call these paths without their prefix.
    hidden = [("", router) for router in conversations.ROUTERS]
    if settings.operator_secret is not None:
        hidden.append(("/operator/v1", operator_api.router))
    if settings.is_test_clock:
        shown.append(("", testing_api.router))
    for prefix, router in shown:
        app.include_router(router, prefix=prefix)
    documents.install(app)
    documents_page.install_page(app)
    return Edge(Dispatch(app, [*shown, *hidden]), app.state.metrics.count_request)


def _lifespan(
    db: Database, clock: Clock, settings: Settings
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        await db.start()
        try:
            if not db.is_shared:
                # One process owns the file: whoever held a lease before is gone.
                await db.write(jobs.end_all_leases)
            await db.write(schedule_cleaning)
            await db.write(knowledge.schedule_rebuilds)
            runner = Runner(
                db,
                clock,
                [*CONVERSATIONS, *ORCHESTRATOR, *CLEANING],
                concurrency=settings.job_concurrency,
                lease_seconds=settings.job_lease_seconds,
                count=app.state.metrics.count_job,
            )
            app.state.runner = runner
            relay = Relay(db) if db.is_shared else None
            if relay is not None:
                await relay.start()
            await runner.start()
            try:
                yield
            finally:
                await runner.stop()
                if relay is not None:
                    await relay.stop()
        finally:
            app.state.intake.close()
            await db.close()

    return lifespan
