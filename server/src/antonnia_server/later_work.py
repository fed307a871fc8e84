"""What a process does beside answering: it runs jobs, and gives events their positions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from . import jobs
from .cleaning import HANDLERS as CLEANING
from .cleaning import schedule_cleaning
from .clock import Clock
from .conversations.jobs import HANDLERS as CONVERSATIONS
from .db import Database
from .events.relay import CountDelay, Relay
from .jobs import Runner
from .jobs.runner import Count
from .orchestrator.jobs import HANDLERS as ORCHESTRATOR
from .orchestrator.knowledge import service as knowledge
from .settings import Settings


@asynccontextmanager
async def numbering(db: Database, count: CountDelay | None = None) -> AsyncGenerator[None]:
    """Number events, where that is not done as they are written."""
    if not db.is_shared:
        yield
        return
    relay = Relay(db, count)
    await relay.start()
    try:
        yield
    finally:
        await relay.stop()


@asynccontextmanager
async def running_jobs(
    db: Database, clock: Clock, settings: Settings, count: Count | None = None
) -> AsyncGenerator[Runner]:
    """Run what is due; at the end, claim nothing more and let what runs come to its end."""
    if not db.is_shared:
        # One process owns the file: whoever held a lease before is gone.
        await db.write(jobs.end_all_leases)
    await db.write(schedule_cleaning)
    await db.write(knowledge.schedule_rebuilds)
    runner = Runner(
        db,
        clock,
        [*CONVERSATIONS, *ORCHESTRATOR, *CLEANING],
        concurrency=settings.jobs.concurrency,
        lease_seconds=settings.jobs.lease_seconds,
        count=count,
    )
    await runner.start()
    try:
        yield runner
    finally:
        await runner.stop()
