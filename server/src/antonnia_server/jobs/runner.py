"""The one runner of jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from time import perf_counter

from antonnia_server.clock import SECOND, Clock, HandClock
from antonnia_server.db import Database, StorageFailed
from antonnia_server.rare_log import RareLog
from antonnia_server.settings import JobLimits

from . import service, storage
from .job import Handler, Job, JobLost, RunnerStops, RunningJob

logger = logging.getLogger("antonnia.jobs")
_rare = RareLog(logger)

# How long to wait before trying again when the storage refuses.
STORAGE_RETRY_SECONDS = 1.0
# How long to sleep at most: a wall clock that is set forward tells nobody that a job is due.
MAX_SLEEP_SECONDS = 30.0
# The same where others take jobs too: nobody tells when one of them has taken one and is silent.
MAX_SHARED_SLEEP_SECONDS = 1.0

# What is counted of a job: its name, what became of it, seconds.
Count = Callable[[str, str, float], None]


class Runner:
    """Claims what is due and runs it, several jobs at a time, until it is stopped."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Iterable[Handler],
        *,
        concurrency: int = JobLimits.concurrency,
        lease_seconds: int = JobLimits.lease_seconds,
        count: Count | None = None,
        lane: str = "",
        share: int | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._handlers = {handler.name: handler for handler in handlers}
        # Alone, it parks what it does not know; beside others it leaves that to them.
        self._names = list(self._handlers) if db.is_shared else None
        self._concurrency = concurrency
        self._lease_seconds = lease_seconds
        self._count = count
        self._lane = lane
        # How many jobs an organization may have at a time; None for as many as there are.
        self._share = share
        self._running: dict[asyncio.Task[None], Job] = {}
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        # Set while there is nothing to run at this moment; what a test waits for.
        self._idle = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to claim what is due."""
        self._db.listen(service.topic_of(self._lane), self._look_again)
        self._tasks = [asyncio.create_task(self._claim()), asyncio.create_task(self._heartbeat())]

    async def stop(self) -> None:
        """Claim nothing more and let the jobs that run come to their end.

        One that works in pieces ends after the present one, and is due again at the next start.
        """
        self._stop.set()
        self._wake.set()
        claiming, heartbeat = self._tasks
        await claiming
        if self._running:
            await asyncio.wait(self._running)
        heartbeat.cancel()
        await asyncio.gather(heartbeat, return_exceptions=True)

    async def run_until(self, clock: HandClock, moment: int) -> None:
        """Move the clock to `moment`, stopping wherever something is due, in order."""
        while True:
            await self.settle()
            next_due = await self._db.read(service.find_next_due, self._lane)
            if next_due is None or next_due > moment:
                break
            clock.move_to(next_due)
            self._look_again()
        clock.move_to(moment)

    async def settle(self) -> None:
        """Wait until nothing runs and nothing is due."""
        self._look_again()
        await self._idle.wait()

    def _look_again(self) -> None:
        self._idle.clear()
        self._wake.set()

    async def _claim(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            next_due_at = await self._start_due()
            if not self._running and not self._wake.is_set():
                self._idle.set()
            await self._sleep_until(next_due_at)

    async def _start_due(self) -> int | None:
        """Start what is due, as far as there is room; when to look again.

        What is due but was not claimed waits for a lock or for room, and whoever holds that wakes
        the runner at its end.
        """
        room = self._concurrency - len(self._running)
        if room == 0:
            return None
        try:
            running = [job.id for job in self._running.values()]
            claimed = await self._db.write(
                service.claim,
                room,
                self._lease_seconds,
                running,
                self._names,
                lane=self._lane,
                share=self._share,
            )
        except Exception as error:
            # Whatever it is, later work must go on when it is over.
            _log_rarely("jobs cannot be claimed: %r", error)
            return self._clock.now() + round(STORAGE_RETRY_SECONDS * SECOND)
        for job in claimed.jobs:
            self._idle.clear()
            task = asyncio.create_task(self._run(job))
            self._running[task] = job
            task.add_done_callback(self._ended)
        return claimed.next_due_at

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()

    async def _sleep_until(self, due_at: int | None) -> None:
        timeout = MAX_SHARED_SLEEP_SECONDS if self._db.is_shared else None
        if isinstance(self._clock, HandClock):
            # A clock that is moved by hand wakes the runner itself.
            timeout = None
        elif due_at is not None:
            # It may have become due since the runner looked; then there is nothing to wait for.
            until_due = max(0.0, (due_at - self._clock.now()) / SECOND)
            timeout = min(until_due, timeout or MAX_SLEEP_SECONDS)
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _run(self, job: Job) -> None:
        began = perf_counter()
        outcome = await self._do(job)
        if self._count is not None:
            self._count(job.name, outcome, perf_counter() - began)

    async def _do(self, job: Job) -> str:
        """Have its handler do the job; what became of it."""
        handler = self._handlers.get(job.name)
        try:
            if handler is None:
                raise LookupError(f"no handler for jobs named {job.name!r}")
            await handler.run(RunningJob(self._db, job, self._stop))
        except JobLost:
            logger.warning("job %s (%s) was taken over by another worker", job.id, job.name)
            return "lost"
        except RunnerStops:
            # If the storage does not take it, the next start ends its lease.
            await self._store(job, service.give_back, 0)
            return "given_back"
        except StorageFailed as failure:
            if self._db.trouble is None and not failure.concerns_all:
                # The storage refuses what this job does, and takes everything else.
                return await self._fail(job, handler, f"StorageFailed: {failure}")
            await self._give_back(job)
            return "given_back"
        except Exception as error:
            # The edge of all later work, as the HTTP edge is of requests: whatever a handler
            # could not do is logged, tried again, and at last parked.
            logger.exception("job %s (%s) failed in request %s", job.id, job.name, job.request_id)
            return await self._fail(job, handler, f"{type(error).__name__}: {error}")
        return "done"

    async def _fail(self, job: Job, handler: Handler | None, error: str) -> str:
        """Record a failure. If that cannot be, the job is due again when its lease ends."""
        # Half of a surrogate pair, as the name of a file may hold it, cannot be stored as it is.
        error = error.encode(errors="backslashreplace").decode()
        while not self._stop.is_set():
            try:
                if await self._store(job, service.fail, handler, error):
                    return "parked" if service.is_exhausted(job, handler) else "retried"
            except Exception:
                # Giving up failed too. Parked without it, the job at least holds nothing up.
                logger.exception("job %s (%s) cannot be given up", job.id, job.name)
                if handler is None:
                    await self._pause()
                handler = None
        return "given_back"

    async def _give_back(self, job: Job) -> None:
        """Have a job run again that the storage kept from its work: it has not failed itself."""
        while not self._stop.is_set():
            if await self._store(job, service.give_back, STORAGE_RETRY_SECONDS):
                return

    async def _store(self, job: Job, work: Callable[..., None], *args: object) -> bool:
        """Write what became of a job; False, after a while, if the storage does not take it."""
        try:
            await self._db.write(work, job, *args)
        except StorageFailed as failure:
            _rare.log(logging.ERROR, "what became of job %s cannot be stored: %s", job.id, failure)
            await self._pause()
            return False
        return True

    async def _pause(self) -> None:
        """Wait a moment, but not when the runner is to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STORAGE_RETRY_SECONDS):
                await self._stop.wait()

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            if not self._running:
                continue
            try:
                await self._db.write(
                    storage.extend_leases, list(self._running.values()), self._lease_seconds
                )
            except Exception as error:
                # Without a heartbeat every job that takes long would be run twice.
                _log_rarely("leases cannot be extended: %r", error)


def _log_rarely(line: str, error: Exception) -> None:
    # Where the storage failed says nothing; anything else is a mistake of ours.
    is_ours = not isinstance(error, StorageFailed)
    _rare.log(logging.ERROR, line, error, exc_info=is_ours)
