"""The application: the slices, put together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from antonnia.core.version import __version__

from . import health, metrics, operator_api, testing_api
from .auth import routes as auth
from .auth.lookup import RememberingTokenLookup
from .auth.service import TOKENS_TOPIC, confirm, record
from .clock import Clock
from .conversations import routes as conversations
from .db import Database
from .events import routes as events
from .events.changes import Changes
from .events.outbound import Guard
from .events.streaming import Streams
from .http import documents, documents_page
from .http.dispatch import Dispatch
from .http.edge import Edge, on_http_exception
from .http.intake import Intake
from .http.proxies import BehindProxies
from .later_work import numbering, running_jobs
from .orchestrator import routes as orchestrator
from .orchestrator.service import hold_assistant
from .rate_limits.exchange import sharing
from .rate_limits.limiter import Limiter
from .settings import Limits, Settings

DESCRIPTION = """Sessions between contacts and agents, human or AI; messages that are never lost,
doubled, or spoken over a person."""


def create_app(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    at_stop: list[Callable[[], None]] | None = None,
) -> ASGIApp:
    """The ASGI application: starting it opens `db` and begins to run jobs.

    Whoever serves it calls what is added to `at_stop` before it waits for what is under way.
    """

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
    app.state.tokens = RememberingTokenLookup(db, clock)
    app.state.confirm = confirm
    app.state.record = record
    app.state.intake = Intake(settings.limits)
    app.state.metrics = metrics.Metrics()
    app.state.limiter = Limiter(settings.rates, clock, app.state.metrics.count_rate_limited)
    app.state.operator_secret = settings.operator_secret
    app.state.hold_assistant = hold_assistant
    app.state.log_changes = Changes(db)
    app.state.guard = Guard(
        allows_private=settings.webhooks.allows_private,
        allowed_networks=settings.webhooks.allowed_networks,
    )
    app.state.streams = Streams(db, clock, settings.log)
    db.listen(TOKENS_TOPIC, app.state.streams.ask_again)
    if at_stop is not None:
        at_stop.append(app.state.streams.stop)
    shown = [("", health.router), ("", metrics.router)]
    shown += [("/conversations/v2", router) for router in conversations.ROUTERS]
    shown += [("/orchestrator/v1", router) for router in orchestrator.ROUTERS]
    shown += [("/events/v1", router) for router in events.ROUTERS]
    shown += [("/auth/v1", router) for router in auth.ROUTERS]
    # Older clients, given the root of the platform, call these paths without their prefix.
    hidden = [("", router) for router in conversations.ROUTERS]
    hidden += [("/auth/api/v1", router) for router in auth.ROUTERS]
    if settings.operator_secret is not None:
        hidden.append(("/operator/v1", operator_api.router))
    if settings.is_test_clock:
        shown.append(("", testing_api.router))
    for prefix, router in shown:
        app.include_router(router, prefix=prefix)
    documents.install(app)
    documents_page.install_page(app)
    edge = Edge(Dispatch(app, [*shown, *hidden]), app.state.metrics.count_request)
    if not settings.trusted_proxies:
        return edge
    # Where a request comes from is written in the audit log.
    return BehindProxies(edge, settings.trusted_proxies)


def create_watched_app(db: Database, counted: metrics.Metrics, limits: Limits) -> ASGIApp:
    """What an open `db` and a process that answers nothing else say of themselves."""
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: on_http_exception},
    )
    app.state.db = db
    app.state.intake = Intake(limits)
    app.state.metrics = counted
    shown = [("", health.router), ("", metrics.router)]
    for prefix, router in shown:
        app.include_router(router, prefix=prefix)
    return Edge(Dispatch(app, shown), counted.count_request)


def _lifespan(
    db: Database, clock: Clock, settings: Settings
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        await db.start()
        try:
            async with AsyncExitStack() as stack:
                counting = app.state.metrics.count_event_delay
                await stack.enter_async_context(numbering(db, counting))
                shown = app.state.metrics.show_rate_limits
                app.state.exchange = await stack.enter_async_context(
                    sharing(app.state.limiter, db, settings.rates, shown)
                )
                if settings.runs_jobs:
                    work = running_jobs(
                        db, clock, settings, app.state.guard, app.state.metrics.count_job
                    )
                    app.state.later_work = await stack.enter_async_context(work)
                yield
        finally:
            app.state.intake.close()
            app.state.guard.close()
            await app.state.tokens.close()
            await db.close()

    return lifespan
