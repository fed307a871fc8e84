"""Later work: due, locked, leased and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from in_process import START, HandWorker, Place, Server, Template, finish_job, storing

from antonnia_server import jobs
from antonnia_server.clock import SECOND, HandClock, from_datetime
from antonnia_server.db import StorageFailed, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, JobLost, Runner, RunningJob
from antonnia_server.jobs import service as job_service

PATIENCE_SECONDS = 20


class Recorder:
    """A handler that notes what it ran and when, and fails as often as it is told to."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._started = server.hand.now()
        self.ran: list[tuple[str, float]] = []
        self.failures = 0
        self.failure: Exception = RuntimeError("not yet")
        self.given_up: list[str] = []
        self.at_once = 0
        self.most_at_once = 0

    async def run(self, job: RunningJob) -> None:
        seconds = (self._server.hand.now() - self._started) / SECOND
        self.ran.append((job.job.arguments["label"], seconds))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await job.write(_nothing)
            if self.failures > 0:
                self.failures -= 1
                raise self.failure
            await job.write(finish_job)
        finally:
            self.at_once -= 1

    def give_up(self, tx: Transaction, caller: Caller, job: Job, error: str) -> None:
        self.given_up.append(error)

    async def schedule(self, label: str, *, due_in_seconds: float, **keys: str) -> None:
        def work(tx: Transaction) -> None:
            due_at = tx.now + round(due_in_seconds * SECOND)
            arguments = {"label": label}
            caller = self._server.caller
            jobs.schedule(tx, caller, "record", arguments, due_at=due_at, **keys)

        await self._server.db.write(work)


def _nothing(tx: Transaction, caller: Caller, job: Job) -> None:
    """A unit of work that only makes the job last a while."""


@pytest.fixture
async def server(template: Template, database: Place) -> AsyncIterator[Server]:
    """Only the database: the runners here are the tests' own."""
    async with storing(database, template, HandClock(from_datetime(START))) as server:
        yield server


@pytest.fixture
def recorder(server: Server) -> Recorder:
    return Recorder(server)


class Steps:
    """A runner of `record` jobs, driven from moment to moment."""

    def __init__(self, server: Server, runner: Runner) -> None:
        self._server = server
        self._runner = runner

    async def advance(self, seconds: float) -> None:
        target = self._server.hand.now() + round(seconds * SECOND)
        await self._runner.run_until(self._server.hand, target)


@pytest.fixture
async def runner(server: Server, recorder: Recorder) -> AsyncIterator[Steps]:
    handler = Handler("record", recorder.run, max_attempts=3, give_up=recorder.give_up)
    runner = Runner(server.db, server.hand, [handler], concurrency=4)
    await runner.start()
    yield Steps(server, runner)
    await runner.stop()


def attempts_of(server: Server) -> list[tuple[str, int]]:
    return [(row["status"], row["attempts"]) for row in server.rows("jobs", name="record")]


async def test_a_job_runs_when_it_is_due_and_once(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    await recorder.schedule("a", due_in_seconds=10)

    await runner.advance(9.999)
    before = list(recorder.ran)
    await runner.advance(100)

    assert before == []
    assert recorder.ran == [("a", 10)]
    assert server.rows("jobs", name="record") == []


async def test_a_job_of_a_transaction_that_failed_never_runs(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    def schedule_and_fail(tx: Transaction) -> None:
        arguments = {"label": "a"}
        jobs.schedule(tx, server.caller, "record", arguments, due_at=tx.now)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await server.db.write(schedule_and_fail)
    await runner.advance(10)

    assert recorder.ran == []


async def test_jobs_run_in_the_order_in_which_they_are_due(
    runner: Steps, recorder: Recorder
) -> None:
    for label, seconds in [("c", 3), ("a", 1), ("b", 2)]:
        await recorder.schedule(label, due_in_seconds=seconds)

    await runner.advance(5)

    assert recorder.ran == [("a", 1), ("b", 2), ("c", 3)]


async def test_scheduling_again_under_a_key_moves_the_job_that_waits(
    runner: Steps, recorder: Recorder
) -> None:
    await recorder.schedule("a", due_in_seconds=1, dedupe_key="k")
    await recorder.schedule("a", due_in_seconds=5, dedupe_key="k")
    await recorder.schedule("other", due_in_seconds=2, dedupe_key="k2")

    await runner.advance(10)

    assert recorder.ran == [("other", 2), ("a", 5)]


async def test_scheduling_again_under_the_key_of_a_job_that_runs_makes_another(
    recorder: Recorder, worker: HandWorker, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await recorder.schedule("a", due_in_seconds=0, dedupe_key="k")
        running = await worker.claim()

        await recorder.schedule("a", due_in_seconds=5, dedupe_key="k")

        rows = {row["status"]: row for row in server.rows("jobs", name="record")}
        assert rows.keys() == {"running", "pending"}
        assert rows["running"]["id"] == running.job.id
        assert rows["running"]["due_at"] == server.hand.now()
        assert rows["pending"]["due_at"] == server.hand.now() + 5 * SECOND


async def test_jobs_of_one_lock_run_one_at_a_time(runner: Steps, recorder: Recorder) -> None:
    for label in "abcd":
        await recorder.schedule(label, due_in_seconds=1, lock_key="session")

    await runner.advance(1)

    assert sorted(label for label, _ in recorder.ran) == ["a", "b", "c", "d"]
    assert recorder.most_at_once == 1


async def test_jobs_without_a_lock_run_at_once_as_far_as_there_is_room(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    def schedule_all(tx: Transaction) -> None:
        for number in range(10):
            arguments = {"label": str(number)}
            jobs.schedule(tx, server.caller, "record", arguments, due_at=tx.now + SECOND)

    await server.db.write(schedule_all)
    await runner.advance(1)

    assert len(recorder.ran) == 10
    assert recorder.most_at_once == 4


async def test_a_future_job_never_blocks_a_due_one(runner: Steps, recorder: Recorder) -> None:
    await recorder.schedule("later", due_in_seconds=100, lock_key="session")
    await recorder.schedule("now", due_in_seconds=1, lock_key="session")

    await runner.advance(1)

    assert recorder.ran == [("now", 1)]


async def test_a_failed_job_is_tried_again_later_and_later(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    recorder.failures = 2
    await recorder.schedule("a", due_in_seconds=0)

    await runner.advance(10)

    assert recorder.ran == [("a", 0), ("a", 1), ("a", 3)]
    assert server.rows("jobs", name="record") == []
    assert recorder.given_up == []


async def test_a_job_that_keeps_failing_is_parked_with_its_error(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    recorder.failures = 99
    await recorder.schedule("a", due_in_seconds=0)

    await runner.advance(3600 - 1)

    assert len(recorder.ran) == 3
    assert attempts_of(server) == [("parked", 3)]
    assert recorder.given_up == ["RuntimeError: not yet"]


async def test_a_storage_that_was_away_costs_no_attempt(
    runner: Steps, recorder: Recorder, server: Server
) -> None:
    recorder.failures = 9
    recorder.failure = StorageFailed("gone", concerns_all=True)
    await recorder.schedule("a", due_in_seconds=0)

    await runner.advance(60)

    assert recorder.ran == [("a", seconds) for seconds in range(10)]
    assert recorder.given_up == []


@pytest.mark.sqlite_only
async def test_a_job_that_nobody_handles_is_parked(runner: Steps, server: Server) -> None:
    def schedule(tx: Transaction) -> None:
        jobs.schedule(tx, server.caller, "unheard_of", {}, due_at=tx.now)

    await server.db.write(schedule)
    await runner.advance(0)

    [job] = server.rows("jobs", name="unheard_of")
    assert job["status"] == "parked"
    assert "unheard_of" in job["last_error"]


async def test_a_job_of_a_dead_worker_is_taken_over_when_its_lease_ends(
    runner: Steps, recorder: Recorder, worker: HandWorker, server: Server
) -> None:
    await recorder.schedule("a", due_in_seconds=5)
    await runner.advance(0)
    server.hand.move_to(server.hand.now() + 5 * SECOND)
    await worker.claim()

    server.hand.move_to(server.hand.now() + 14 * SECOND)
    await runner.advance(0)
    before = list(recorder.ran)
    server.hand.move_to(server.hand.now() + SECOND)
    await runner.advance(0)

    assert before == []
    assert recorder.ran == [("a", 20)]


async def test_a_worker_that_wakes_up_late_cannot_write(
    runner: Steps, recorder: Recorder, worker: HandWorker, server: Server
) -> None:
    await recorder.schedule("a", due_in_seconds=5)
    await runner.advance(0)
    server.hand.move_to(server.hand.now() + 5 * SECOND)
    late = await worker.claim()
    server.hand.move_to(server.hand.now() + 15 * SECOND)
    taken = await worker.claim()

    with pytest.raises(JobLost):
        await late.write(finish_job)
    await server.db.write(job_service.fail, late.job, None, "late")

    assert attempts_of(server) == [("running", 2)]
    await taken.write(finish_job)


async def test_at_a_restart_what_was_running_is_due_at_once(
    recorder: Recorder, worker: HandWorker, server: Server
) -> None:
    await recorder.schedule("a", due_in_seconds=0)
    await worker.claim()

    await server.db.write(jobs.end_all_leases)
    runner = Runner(server.db, server.hand, [Handler("record", recorder.run, max_attempts=3)])
    await runner.start()
    await runner.run_until(server.hand, server.hand.now())
    await runner.stop()

    assert recorder.ran == [("a", 0)]


async def test_stopping_lets_the_jobs_that_run_come_to_their_end(
    recorder: Recorder, server: Server
) -> None:
    is_running, may_end = asyncio.Event(), asyncio.Event()

    async def wait(job: RunningJob) -> None:
        is_running.set()
        await may_end.wait()
        await job.write(finish_job)

    runner = Runner(server.db, server.hand, [Handler("record", wait, max_attempts=1)])
    await runner.start()
    await recorder.schedule("a", due_in_seconds=0)
    await is_running.wait()

    stopping = asyncio.create_task(runner.stop())
    may_end.set()
    await stopping

    assert server.rows("jobs", name="record") == []


async def test_stopping_leaves_long_work_after_a_piece_to_the_next_start(
    recorder: Recorder, server: Server
) -> None:
    is_running = asyncio.Event()

    def work_on(tx: Transaction, caller: Caller, job: Job) -> bool:
        return True

    async def work_without_end(job: RunningJob) -> None:
        is_running.set()
        await job.write_pieces(work_on)

    async with asyncio.timeout(PATIENCE_SECONDS):
        long = Runner(server.db, server.hand, [Handler("record", work_without_end, max_attempts=1)])
        await long.start()
        await recorder.schedule("a", due_in_seconds=0)
        await is_running.wait()
        await long.stop()

    assert attempts_of(server) == [("pending", 0)]
    after = Runner(server.db, server.hand, [Handler("record", recorder.run, max_attempts=1)])
    await after.start()
    await after.run_until(server.hand, server.hand.now())
    await after.stop()
    assert recorder.ran == [("a", 0)]


async def test_postponing_costs_no_attempt(
    worker: HandWorker, recorder: Recorder, server: Server
) -> None:
    await recorder.schedule("a", due_in_seconds=0)
    job = await worker.claim()

    def postpone(tx: Transaction, caller: Caller, held: Job) -> None:
        jobs.postpone(tx, held, due_at=tx.now + 10 * SECOND)

    await job.write(postpone)

    assert attempts_of(server) == [("pending", 0)]
