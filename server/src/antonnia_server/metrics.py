"""`GET /metrics`: what an operator watches, in the text format of Prometheus.

Nothing here tells one organization from another, and no label holds what a caller has sent.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from time import monotonic

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse

from .clock import SECOND
from .db import Database, StorageFailed
from .http.documents import describes
from .http.intake import Intake
from .http.permissions import PUBLIC
from .jobs.service import Waiting, look_at_waiting

# From a read on a calm machine to the longest that a client waits.
REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
JOB_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
DELAY_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
UNKNOWN = float("nan")
# To write everything out holds the event loop up for as long as a hundred requests, and anyone may
# ask for it: so often it is done, and who asks in between reads what was written last.
FRESH_SECONDS = 1.0

router = APIRouter(tags=["health"])


class Metrics:
    """What one process has counted since it started, and what it looks up when it is asked."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._turn = asyncio.Lock()
        self._text = b""
        self._stale_at = -math.inf
        self._registry = CollectorRegistry()
        self._requests = self._histogram(
            "antonnia_request_seconds",
            "From the head of a request to the end of its answer.",
            ["method", "route", "status"],
            REQUEST_SECONDS,
        )
        self._jobs = self._histogram(
            "antonnia_job_seconds",
            "From the claim of a job to what became of it.",
            ["name", "outcome"],
            JOB_SECONDS,
        )
        self._event_delays = self._histogram(
            "antonnia_event_delay_seconds",
            "From the commit of a change to when its events can be read, on PostgreSQL.",
            [],
            DELAY_SECONDS,
        )
        self._rate_limited = Counter(
            "antonnia_rate_limited_total",
            "Requests that were refused because they came too often, by whose limit it was.",
            ["whose"],
            registry=self._registry,
        )
        for whose in ("token", "organization"):
            self._rate_limited.labels(whose)
        # To find the one for some labels costs more than to count.
        self._of_request: dict[tuple[str, str, int], Histogram] = {}
        self._gauges = {
            name: Gauge(name, what, registry=self._registry)
            for name, what in [
                ("antonnia_storage_trouble", "1 while the storage takes no writes."),
                ("antonnia_requests_in_flight", "Requests that are worked on or wait for it."),
                ("antonnia_writes_waiting", "Requests that wait for their write."),
                ("antonnia_held_body_bytes", "Bytes of the bodies of unanswered requests."),
                (
                    "antonnia_rate_limits_alone",
                    "1 while a process counts by itself alone.",
                ),
                ("antonnia_jobs_due", "Jobs that are due and do not run yet."),
                ("antonnia_jobs_running", "Jobs that run, in any process."),
                ("antonnia_jobs_late_seconds", "How long the oldest of the jobs due has waited."),
            ]
        }

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        key = (method, route, status)
        histogram = self._of_request.get(key)
        if histogram is None:
            histogram = self._of_request[key] = self._requests.labels(method, route, status)
        histogram.observe(seconds)

    def count_rate_limited(self, whose: str) -> None:
        """Count a refusal by the limit of a `token` or of an `organization`."""
        self._rate_limited.labels(whose).inc()

    def show_rate_limits(self, *, are_alone: bool) -> None:
        """Whether limits that are shared are this process's alone at present."""
        self._show("antonnia_rate_limits_alone", are_alone)

    def count_job(self, name: str, outcome: str, seconds: float) -> None:
        """Count a job that has run: `done`, `retried`, `parked`, `given_back` or `lost`."""
        self._jobs.labels(name, outcome).observe(seconds)

    def count_event_delay(self, seconds: float) -> None:
        """Count a commit of this process whose events have their positions now."""
        self._event_delays.observe(seconds)

    async def text(self, db: Database, intake: Intake) -> bytes:
        """Everything, as Prometheus reads it, as of a second ago at most."""
        async with self._turn:
            if self._now() >= self._stale_at:
                self._text = await self._written(db, intake)
                self._stale_at = self._now() + FRESH_SECONDS
            return self._text

    async def _written(self, db: Database, intake: Intake) -> bytes:
        """All of it anew; unknown is what a storage in trouble does not say."""
        waiting: Waiting | None = None
        try:
            waiting = await db.read(look_at_waiting)
        except StorageFailed:
            self._show_jobs(UNKNOWN, UNKNOWN, UNKNOWN)
        else:
            self._show_jobs(waiting.due, waiting.running, waiting.late / SECOND)
        self._show("antonnia_storage_trouble", db.trouble is not None or waiting is None)
        self._show("antonnia_requests_in_flight", intake.requests.taken)
        self._show("antonnia_writes_waiting", intake.writes.taken)
        self._show("antonnia_held_body_bytes", intake.held_bytes)
        return generate_latest(self._registry)

    def _show_jobs(self, due: float, running: float, late_seconds: float) -> None:
        self._show("antonnia_jobs_due", due)
        self._show("antonnia_jobs_running", running)
        self._show("antonnia_jobs_late_seconds", late_seconds)

    def _show(self, name: str, value: float) -> None:
        self._gauges[name].set(value)

    def _histogram(
        self, name: str, what: str, labels: list[str], buckets: tuple[float, ...]
    ) -> Histogram:
        return Histogram(name, what, labels, buckets=buckets, registry=self._registry)


@router.get("/metrics", response_class=PlainTextResponse, **describes(None, permission=PUBLIC))
async def metrics(request: Request) -> Response:
    """How the process is doing, for Prometheus."""
    state = request.app.state
    text = await state.metrics.text(state.db, state.intake)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
