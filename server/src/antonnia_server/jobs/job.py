"""A job as its handler sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from antonnia_server.db import Database, Transaction
from antonnia_server.http.caller import Caller

from . import storage
from .storage import JobRow

P = ParamSpec("P")
R = TypeVar("R")
Job = JobRow


class JobLost(Exception):
    """Another worker has taken the job over; nothing that this one does counts any more."""


class RunnerStops(Exception):
    """The process ends; what is left of the job is done after the next start."""


class RunningJob:
    """A claimed job, and the only ways in which its handler touches the database."""

    def __init__(self, db: Database, job: Job, stop: asyncio.Event) -> None:
        self._db = db
        self._stop = stop
        self.job = job
        self.caller = caller_of(job)

    async def write(
        self,
        work: Callable[Concatenate[Transaction, Caller, Job, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run `work(tx, caller, job, …)`, unless another worker has the job by now.

        Raises:
            JobLost: It has; nothing was written.
        """

        def fenced(tx: Transaction) -> R:
            if not storage.is_held(tx, self.job):
                raise JobLost(self.job.id)
            return work(tx, self.caller, self.job, *args, **kwargs)

        return await self._db.write(fenced)

    async def write_pieces(self, work: Callable[[Transaction, Caller, Job], bool]) -> None:
        """Run `work(tx, caller, job)` until it says that nothing is left.

        Raises:
            JobLost: Another worker has the job; what was written before stays.
            RunnerStops: The process ends; what was written before stays.
        """
        while await self.write(work):
            self.end_if_stopping()

    def end_if_stopping(self) -> None:
        """Leave the rest for later if the runner stops; a stop waits for no more than a piece.

        Raises:
            RunnerStops: It does.
        """
        if self.is_stopping:
            raise RunnerStops(self.job.id)

    @property
    def is_stopping(self) -> bool:
        """Whether the runner stops; a job that ends well soon does so by itself."""
        return self._stop.is_set()

    async def read(
        self,
        work: Callable[Concatenate[Transaction, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run `work(tx, caller, …)` on a snapshot."""

        def bound(tx: Transaction) -> R:
            return work(tx, self.caller, *args, **kwargs)

        return await self._db.read(bound)


GiveUp = Callable[[Transaction, Caller, Job, str], None]


@dataclass(frozen=True)
class Handler:
    """Who does the jobs of one name.

    `run` is idempotent: it may be called again after any of its writes. It ends the job inside its
    last write with `jobs.finish`. What takes long is done in pieces: a stop comes between two.
    `give_up` runs when the last attempt has failed, in the transaction that parks the job.
    """

    name: str
    run: Callable[[RunningJob], Awaitable[None]]
    max_attempts: int
    give_up: GiveUp | None = None


def caller_of(job: Job) -> Caller:
    """On whose behalf a job runs: its organization, and the request that caused it."""
    return Caller(organization_id=job.organization_id, request_id=job.request_id)
