"""The processes of two versions work side by side while one takes the place of the other."""

from __future__ import annotations

from pathlib import Path

import httpx
import psycopg
from crash.attempts import STORAGE_REFUSALS
from fleet import ANTONNIA, TODAY, Fleet, Member, Version, running_fleet
from processes.striking import Story, live_through, report
from processes.versions import next_version, version_before
from server_process import microseconds

SERVERS = ["", "--no-jobs"]


async def test_the_next_version_takes_over_under_load(url: str, tmp_path: Path) -> None:
    newer = next_version(tmp_path / "next")

    async with running_fleet(url, tmp_path, servers=SERVERS, workers=2) as fleet:
        await update(fleet, newer)

    with psycopg.connect(url) as connection:
        [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        indexes = "SELECT indisvalid FROM pg_index WHERE indexrelid::regclass::text = %s"
        valid = connection.execute(indexes, ("ix_messages_created_at",)).fetchall()
    assert revision == ("9003",)
    assert valid == [(True,)]


async def test_today_takes_over_from_the_version_before_under_load(
    url: str, tmp_path: Path
) -> None:
    older = version_before(tmp_path / "before")

    async with running_fleet(url, tmp_path, servers=SERVERS, workers=2, version=older) as fleet:
        await update(fleet, TODAY)


async def update(fleet: Fleet, newer: Version) -> None:
    """Migrate beneath the load, then replace the processes one by one."""

    async def step(story: Story, number: int) -> None:
        struck_at = microseconds()
        match number:
            case 0:
                await newer.run(ANTONNIA, "migrate", "--database-url", fleet.url)
                await story.journal.until_acknowledged(50)
            case 1:
                refused = STORAGE_REFUSALS & {each.refusal for each in story.journal.attempts}
                assert (story.repeated, refused) == (0, set()), "the migration was noticed"
                # One of the version before starts on what the newer one has made.
                await fleet.servers[0].kill()
                await fleet.servers[0].start()
            case 2:
                await replace(fleet.workers[0], newer)
            case 3:
                await replace(fleet.servers[1], newer)
            case _:
                await replace(fleet.servers[0], newer)
                await replace(fleet.workers[1], newer)
        story.note(struck_at)
        await all_are_ready(fleet)

    story, stored = await live_through(fleet, step, rounds=5)

    assert fleet.complaints() == []
    print(report("updated", story, stored))


async def replace(member: Member, newer: Version) -> None:
    await member.stop()
    member.version = newer
    await member.start()


async def all_are_ready(fleet: Fleet) -> None:
    async with httpx.AsyncClient() as http:
        for server in fleet.servers:
            answer = await http.get(f"{server.base_url}/readyz")
            assert answer.status_code == 200, answer.text
