"""The disk of PostgreSQL is full for a while: that is told, and nothing is acknowledged in vain."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies
from crash.attempts import Journal
from crash.load import given_load
from faults.disks import SmallDisk, small_disk
from faults.readiness import READY, until_ready_says
from fleet import Fleet, running_fleet
from postgres_process import PostgresProcess
from stored import Stored, until_every_window_has_ended

MANY = 40


async def test_a_full_disk_is_told_and_everything_goes_on_once_there_is_room(
    postgres: PostgresProcess, tmp_path: Path
) -> None:
    journal = Journal()
    with database_on_a_small_disk(postgres) as (disk, url):
        async with running_fleet(url, tmp_path, servers=["--no-jobs"], workers=1) as fleet:
            load = await given_load(fleet, journal)

            await load.run_beside(asyncio.create_task(fill_and_clear(fleet, disk, journal)))
            await until_every_window_has_ended(url, within_seconds=60)

        stored = Stored(url)
        states = check_consistency(stored)
        check_acknowledged(journal, stored, states)
        check_replies(journal, stored)
        [server] = fleet.servers
        for line in ("the storage is full, and no write", "the storage can be written to again"):
            assert line in server.logged
        assert len(server.log()) < 100, server.logged
        print(f"\n{Counter(attempt.refusal for attempt in journal.attempts)}")


async def fill_and_clear(fleet: Fleet, disk: SmallDisk, journal: Journal) -> None:
    [server] = fleet.servers
    await journal.until_acknowledged(MANY)
    disk.fill(server)
    await until_ready_says(server, "storage_full")
    async with server.client() as client:
        # Reading goes on.
        assert await client.sessions.search(limit=1)
    await journal.until_refused(MANY)
    disk.clear(server)
    await until_ready_says(server, READY)
    await journal.until_acknowledged(MANY)


@contextmanager
def database_on_a_small_disk(postgres: PostgresProcess) -> Iterator[tuple[SmallDisk, str]]:
    """A database in a tablespace of its own; what PostgreSQL writes first lies elsewhere."""
    directory = Path(tempfile.mkdtemp(prefix="antonnia-small-"))
    directory.chmod(0o755)
    mount_point = directory / "mounted"
    mount_point.mkdir()
    try:
        with small_disk(mount_point) as disk:
            disk.data.mkdir()
            if postgres.user is not None:
                shutil.chown(disk.data, postgres.user)
            with database_in(postgres, disk.data) as url:
                yield disk, url
    finally:
        shutil.rmtree(directory)


@contextmanager
def database_in(postgres: PostgresProcess, directory: Path) -> Iterator[str]:
    name = f"small_{os.getpid()}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{directory}'")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 TABLESPACE {name}")
        try:
            yield postgres.url(name)
        finally:
            # Others kill this server, and its recovery would look for what is gone.
            for statement in (f"DROP DATABASE {name} WITH (FORCE)", f"DROP TABLESPACE {name}"):
                connection.execute(statement)
            connection.execute("CHECKPOINT")
