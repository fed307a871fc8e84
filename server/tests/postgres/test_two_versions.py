"""What a process does beside those of a newer version."""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa
from in_process import Clock, HandWorker, Server, finish_job

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.db.revision import newest_revision
from antonnia_server.jobs import Handler, Runner, RunningJob

pytestmark = pytest.mark.postgres_only


async def schedule_unknown(server: Server) -> None:
    def work(tx: Transaction) -> None:
        jobs.schedule(tx, server.caller, "unheard_of", {}, due_at=tx.now)

    await server.db.write(work)


def state_of_unknown(server: Server) -> tuple[str, int]:
    [job] = server.rows("jobs", name="unheard_of")
    return job["status"], job["attempts"]


async def test_a_server_stays_ready_on_a_newer_schema_that_suits_it(
    http: httpx.AsyncClient, server: Server
) -> None:
    def change(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        statement = sa.text("INSERT INTO compatible_since VALUES (:revision)")
        tx.connection.execute(statement, {"revision": newest_revision()})

    await server.db.write(change)

    assert (await http.get("/readyz")).status_code == 200


async def test_a_job_that_only_a_newer_version_knows_waits_for_it(
    server: Server, clock: Clock
) -> None:
    ran: list[str] = []

    async def run(job: RunningJob) -> None:
        ran.append(job.job.name)
        await job.write(finish_job)

    await schedule_unknown(server)
    await clock.advance(60)
    before = state_of_unknown(server)
    newer = Runner(server.db, server.hand, [Handler("unheard_of", run, max_attempts=3)])
    await newer.start()
    await newer.run_until(server.hand, server.hand.now())
    await newer.stop()

    assert before == ("pending", 0)
    assert ran == ["unheard_of"]
    assert server.rows("jobs", name="unheard_of") == []


async def test_what_a_newer_version_died_at_waits_for_another_of_it(
    server: Server, clock: Clock, worker: HandWorker
) -> None:
    await schedule_unknown(server)
    await worker.claim()

    await clock.advance(60)

    assert state_of_unknown(server) == ("running", 1)
