"""A webhook's turn, from its first attempt to the end of its job."""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

from antonnia_server.jobs import RunningJob
from antonnia_server.settings import WebhookLimits

from . import service
from .sending import Sender
from .service import BEGINNING, Due, Outcome, Place, Target

# A turn takes on nothing more after so long, so that others have theirs.
TURN_SECONDS = 5.0
# While attempts are under way, others may have become due.
LOOK_AGAIN_SECONDS = 0.25
# What is read ahead, so that no attempt waits for the ledger.
AHEAD = 32
# At a stop, so long for the attempts that are under way; the others are made again.
STOP_SECONDS = 2.0


class Turn:
    """Attempts several deliveries of a webhook at a time, and records them as they end."""

    def __init__(self, job: RunningJob, sender: Sender, limits: WebhookLimits) -> None:
        self._job = job
        self._sender = sender
        self._limits = limits
        self._target: Target | None = None
        self._waiting: deque[Due] = deque()
        self._under_way: dict[asyncio.Task[Outcome], Due] = {}
        # The last that was taken on.
        self._after: Place = BEGINNING
        self._ends_at = perf_counter() + TURN_SECONDS

    async def run(self) -> None:
        try:
            await self._run()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _run(self) -> None:
        outcomes: list[Outcome] = []
        while True:
            is_over = perf_counter() >= self._ends_at or self._job.is_stopping
            await self._go_on(outcomes, wants_more=not is_over)
            outcomes = []
            if is_over or self._target is None:
                self._waiting.clear()
            self._begin_attempts()
            if not self._under_way:
                break
            if self._job.is_stopping:
                outcomes = await self._ended(STOP_SECONDS, asyncio.ALL_COMPLETED)
                break
            outcomes = await self._ended(LOOK_AGAIN_SECONDS, asyncio.FIRST_COMPLETED)
        await self._job.write(service.end_turn, self._limits, outcomes)

    async def _go_on(self, outcomes: list[Outcome], *, wants_more: bool) -> None:
        """Record what has ended, and read ahead."""
        # Attempts go on meanwhile: there is no need to wait for the ledger.
        self._begin_attempts()
        wanted = AHEAD if wants_more and len(self._waiting) < self._limits.per_endpoint else 0
        if not outcomes and (not wanted or self._has_no_room()):
            return
        turn = await self._job.write(
            service.go_on, self._limits, outcomes, after=self._after, at_most=wanted
        )
        self._target = turn.target
        # One that was queued again is under way already.
        ids = {due.id for due in [*self._under_way.values(), *self._waiting]}
        self._waiting.extend(due for due in turn.due if due.id not in ids)
        if turn.due:
            self._after = turn.due[-1].place

    def _has_no_room(self) -> bool:
        return self._target is not None and len(self._under_way) >= self._target.at_once

    def _begin_attempts(self) -> None:
        target = self._target
        while target is not None and self._waiting and len(self._under_way) < target.at_once:
            due = self._waiting.popleft()
            self._under_way[asyncio.create_task(self._sender.send(target, due))] = due

    async def _ended(self, seconds: float, when: str) -> list[Outcome]:
        """Take those out that have ended, after a while or as soon as one has."""
        ended, _ = await asyncio.wait(self._under_way, timeout=seconds, return_when=when)
        for task in ended:
            del self._under_way[task]
        return [task.result() for task in ended]
