"""`antonnia serve --workers N`: processes on one socket, and one that looks after them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import psycopg
from crash.attempts import Journal
from crash.load import given_load
from faults.readiness import READY, until_ready_says
from figures import Figures
from fleet import ANTONNIA, Fleet, Member, running_fleet
from postgres_process import PostgresProcess
from processes.striking import pause_in_the_middle, running_jobs
from stored import until_every_window_has_ended

from antonnia.conversations.exceptions import APIConnectionError
from antonnia.conversations.types import MessageContentText

SERVE_WITH_THREE = "--workers 3"
PATIENCE_SECONDS = 30


async def test_one_that_dies_is_followed_by_another(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[SERVE_WITH_THREE]) as fleet:
        [server] = fleet.servers
        before = children_of(server)
        victim = min(before)

        psutil.Process(victim).kill()

        await until(lambda: victim not in children_of(server) and len(children_of(server)) == 3)
        assert before - {victim} < children_of(server)
        assert f"process {victim} has ended (SIGKILL)" in server.logged
        await serves(fleet)


async def test_a_stop_of_the_one_stops_all(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[SERVE_WITH_THREE, ""]) as fleet:
        server, _ = fleet.servers
        processes = children_of(server)

        server.signal(signal.SIGTERM)
        await server.wait_until_ended()

        assert not any(psutil.pid_exists(process) for process in processes)
        await server.start()


async def test_none_is_left_when_the_one_is_killed(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=[SERVE_WITH_THREE]) as fleet:
        [server] = fleet.servers
        processes = children_of(server)

        await server.kill()

        await until(lambda: not any(psutil.pid_exists(process) for process in processes))
        # Nobody has kept its port.
        await server.start()
        await serves(fleet)


async def test_a_worker_that_is_stopped_ends_what_it_is_at(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=["--no-jobs"], workers=1) as fleet:
        [worker] = fleet.workers
        load = await given_load(fleet, Journal())
        loading = asyncio.create_task(load.run_beside(asyncio.create_task(asyncio.sleep(3))))

        held = await pause_in_the_middle(url, worker)
        worker.signal(signal.SIGTERM)
        worker.resume()
        await worker.wait_until_ended()

        await loading
        assert held
        with psycopg.connect(url) as connection:
            assert running_jobs(connection) == set()
        await worker.start()
        await until_every_window_has_ended(url, within_seconds=PATIENCE_SECONDS)


async def test_a_worker_tells_how_it_goes(
    url: str, postgres: PostgresProcess, tmp_path: Path
) -> None:
    async with running_fleet(url, tmp_path, servers=["--no-jobs"], workers=1) as fleet:
        [worker] = fleet.workers
        async with fleet.client() as client:
            session = await client.sessions.create("contact", "Ana")
            await client.sessions.messages.create(session.id, MessageContentText(text="Hello"))
            await client.sessions.reply(session.id)
        await until_every_window_has_ended(url, within_seconds=PATIENCE_SECONDS)

        async with httpx.AsyncClient(base_url=worker.base_url) as anyone:
            answers = [await anyone.get(path) for path in ("/livez", "/readyz", "/metrics")]
            absent = await anyone.get(f"/conversations/v2/sessions/{session.id}")
        await asyncio.to_thread(postgres.kill)
        await until_ready_says(worker, "storage_unavailable")
        await asyncio.to_thread(postgres.start)
        await until_ready_says(worker, READY)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert absent.status_code == 404
    figures = Figures(answers[-1].text)
    done = figures.of("antonnia_job_seconds_count", name="answer_session", outcome="done")
    assert done == 1
    assert worker.base_url.startswith("http://127.0.0.1:")


async def test_one_that_stands_still_keeps_no_one_waiting(url: str, tmp_path: Path) -> None:
    async with running_fleet(url, tmp_path, servers=["--workers 2"]) as fleet:
        [server] = fleet.servers

        for process in children_of(server):
            psutil.Process(process).suspend()
            served = [await is_served(fleet) for _ in range(10)]
            psutil.Process(process).resume()

            assert all(served)


def test_if_one_cannot_start_none_does(url: str) -> None:
    command = [ANTONNIA, "serve", "--port", "0", "--workers", "3", "--database-url", url]
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        # The one that looks after them migrates; those that it starts need more connections.
        connection.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 4')
        connection.execute("CREATE ROLE someone LOGIN")
        connection.execute(f'ALTER DATABASE "{name}" OWNER TO someone')
    result = subprocess.run(
        [*command[:-1], url.replace("postgres@", "someone@")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 2
    assert "too many connections" in result.stderr
    assert "is running" not in result.stderr


def children_of(server: Member) -> set[int]:
    return {child.pid for child in psutil.Process(server.pid).children()}


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110  # other processes make it so
            await asyncio.sleep(0.02)


async def serves(fleet: Fleet) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_served(fleet):
            pass


async def is_served(fleet: Fleet) -> bool:
    async with fleet.client() as client:
        try:
            await client.sessions.search(limit=1)
        except APIConnectionError:
            return False
    return True
