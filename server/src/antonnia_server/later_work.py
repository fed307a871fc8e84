"""What a process does beside answering: it runs jobs, and gives events their positions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from . import jobs
from .auth.jobs import handlers as audit_handlers
from .auth.service import schedule_audit_retention
from .cleaning import HANDLERS as CLEANING
from .cleaning import schedule_cleaning
from .clock import Clock, HandClock
from .conversations.jobs import HANDLERS as CONVERSATIONS
from .db import Database
from .events import service as events
from .events.fan_out import FanOut
from .events.jobs import delivery_handlers, handlers
from .events.outbound import Guard
from .events.relay import AT_ONCE, CountDelay, Relay
from .events.sending import Sender
from .jobs import Runner
from .jobs.runner import Count
from .jobs.service import find_next_due
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


class LaterWork:
    """What runs in a process beside its answers."""

    def __init__(self, db: Database, runner: Runner, deliveries: Runner, fan_out: FanOut) -> None:
        self._db = db
        self._fan_out = fan_out
        self.runner = runner
        self.deliveries = deliveries

    async def run_until(self, clock: HandClock, moment: int) -> None:
        """Move the clock to `moment`, stopping wherever something is due, in order."""
        while True:
            await self._settle()
            due = [await self._db.read(find_next_due, lane) for lane in ("", events.LANE)]
            next_due = min((each for each in due if each is not None), default=None)
            if next_due is None or next_due > moment:
                break
            clock.move_to(next_due)
        clock.move_to(moment)
        await self._settle()

    async def _settle(self) -> None:
        """Wait until nothing runs, nothing is due, and the log is in the ledger to its end."""
        while True:
            await self.runner.settle()
            if self._db.is_shared:
                await self._db.write(events.number_events, at_most=AT_ONCE)
            is_news = await self._fan_out.catch_up()
            await self.deliveries.settle()
            if not is_news and not await self._fan_out.catch_up():
                return


@asynccontextmanager
async def running_jobs(
    db: Database, clock: Clock, settings: Settings, guard: Guard, count: Count | None = None
) -> AsyncGenerator[LaterWork]:
    """Run what is due; at the end, claim nothing more and let what runs come to its end."""
    if not db.is_shared:
        # One process owns the file: whoever held a lease before is gone.
        await db.write(jobs.end_all_leases)
    await db.write(schedule_cleaning)
    await db.write(knowledge.schedule_rebuilds)
    await db.write(schedule_audit_retention)
    await db.write(events.schedule_retention, kept_days=settings.log.kept_days)
    limits = settings.webhooks
    sender = Sender(guard, clock, timeout_seconds=limits.timeout_seconds)
    runner = Runner(
        db,
        clock,
        [
            *CONVERSATIONS,
            *ORCHESTRATOR,
            *CLEANING,
            *handlers(settings.log),
            *audit_handlers(settings.audit),
        ],
        concurrency=settings.jobs.concurrency,
        lease_seconds=settings.jobs.lease_seconds,
        count=count,
    )
    deliveries = Runner(
        db,
        clock,
        delivery_handlers(sender, limits),
        concurrency=limits.endpoints,
        lease_seconds=settings.jobs.lease_seconds,
        count=count,
        lane=events.LANE,
        share=limits.per_organization,
    )
    fan_out = FanOut(db)
    for each in (runner, deliveries, fan_out):
        await each.start()
    try:
        yield LaterWork(db, runner, deliveries, fan_out)
    finally:
        await asyncio.gather(runner.stop(), deliveries.stop(), fan_out.stop())
        await sender.aclose()
