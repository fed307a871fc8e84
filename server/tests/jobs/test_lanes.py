"""Lanes: work that waits for others keeps no other work waiting, and nobody has all of a lane."""

from __future__ import annotations

from in_process import Server

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import service

LANE = "slow"


def schedule(tx: Transaction, server: Server, ours: int, theirs: int) -> None:
    for organization_id, number in ((server.ours.id, ours), (server.theirs.id, theirs)):
        for _ in range(number):
            jobs.schedule(tx, Caller(organization_id), "wait", {}, due_at=tx.now - 1, lane=LANE)


async def claim(server: Server, limit: int, share: int | None = None) -> list[str]:
    """Whose jobs of the lane are taken."""
    claimed = await server.db.write(service.claim, limit, 15, lane=LANE, share=share)
    return sorted(job.organization_id for job in claimed.jobs)


async def test_a_runner_takes_the_jobs_of_its_lane_alone(server: Server) -> None:
    await server.db.write(schedule, server, 1, 0)

    other = await server.db.write(service.claim, 10, 15, lane="another")

    assert other.jobs == []
    assert await claim(server, 10) == [server.ours.id]


async def test_an_organization_has_its_share_and_hides_nobody_behind_it(server: Server) -> None:
    # Ours are all before theirs, and more than are taken at once.
    await server.db.write(schedule, server, 9, 3)

    first = await claim(server, 4, share=2)
    then = await claim(server, 4, share=2)

    assert first == sorted([server.ours.id] * 2 + [server.theirs.id] * 2)
    assert then == []


async def test_without_a_share_the_oldest_come_first(server: Server) -> None:
    await server.db.write(schedule, server, 4, 2)

    assert await claim(server, 4) == [server.ours.id] * 4


async def test_a_job_that_waits_is_not_moved_back_by_who_wants_it_sooner(
    server: Server,
) -> None:
    def twice(tx: Transaction) -> tuple[int, int]:
        due = [
            jobs.schedule(
                tx,
                server.caller,
                "wait",
                {},
                due_at=tx.now + later,
                dedupe_key="one",
                is_only_sooner=True,
                lane=LANE,
            ).due_at
            - tx.now
            for later in (50, 90)
        ]
        return due[0], due[1]

    assert await server.db.write(twice) == (50, 50)
