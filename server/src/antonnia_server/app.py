"""The application: the slices, put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from . import health, testing_api
from .auth.service import RememberingTokenLookup
from .clock import Clock
from .conversations import routes as conversations
from .db import Database, StorageFailed, WritesOverloaded
from .http import documents
from .http.cleaning import HANDLERS as CLEANING
from .http.cleaning import schedule_cleaning
from .http.dispatch import Dispatch
from .http.edge import Edge, on_error, on_http_exception
from .http.refusal import Refusal
from .jobs import Runner
from .orchestrator.jobs import HANDLERS as ORCHESTRATOR
from .settings import Settings

DESCRIPTION = """Sessions between contacts and agents, human or AI; messages that are never lost,
doubled, or spoken over a person."""


def create_app(db: Database, clock: Clock, settings: Settings) -> ASGIApp:
    """The ASGI application: starting it opens `db` and begins to run jobs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        await db.start()
        await db.write(schedule_cleaning)
        runner = Runner(
            db,
            clock,
            [*ORCHESTRATOR, *CLEANING],
            concurrency=settings.job_concurrency,
            lease_seconds=settings.job_lease_seconds,
        )
        app.state.runner = runner
        await runner.start()
        try:
            yield
        finally:
            await runner.stop()
            await db.close()

    app = FastAPI(
        title="Antonnia",
        version="3.0.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        exception_handlers={
            HTTPException: on_http_exception,
            Refusal: on_error,
            StorageFailed: on_error,
            WritesOverloaded: on_error,
            Exception: on_error,
        },
    )
    app.state.db = db
    app.state.clock = clock
    app.state.tokens = RememberingTokenLookup(db)
    app.state.operator_secret = settings.operator_secret
    app.include_router(health.router)
    for router in conversations.ROUTERS:
        app.include_router(router, prefix="/conversations/v2")
        # Older clients, given the root of the platform, call these paths without their prefix.
        app.include_router(router, include_in_schema=False)
    if settings.is_test_clock:
        app.include_router(testing_api.router)
    documents.install(app)
    dispatched = [
        (prefix, router) for router in conversations.ROUTERS for prefix in ("/conversations/v2", "")
    ]
    return Edge(Dispatch(app, dispatched))
