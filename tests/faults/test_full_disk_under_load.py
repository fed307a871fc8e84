"""A disk that is full again and again under load: nothing is acknowledged that is not there."""

from __future__ import annotations

import asyncio
from collections import Counter

from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies, check_what_the_api_shows
from crash.attempts import Journal
from crash.load import given_load
from faults.disks import Disk
from faults.readiness import READY, until_ready_says
from server_process import ServerProcess
from stored import Stored, until_every_window_has_ended

from antonnia.conversations.types import MessageContentText

ROUNDS = 4
# Three attempts, a second and two seconds apart, are what a failing job has.
LONGER_THAN_ALL_ATTEMPTS_SECONDS = 4
# How many writes are taken, or refused, until the disk changes.
MANY = 40


async def test_what_was_acknowledged_around_a_full_disk_is_there_and_nothing_else(
    server: ServerProcess, disk: Disk
) -> None:
    journal = Journal()
    load = await given_load(server, journal)

    await load.run_beside(asyncio.create_task(fill_and_clear(server, disk, journal)))
    async with server.client(max_retries=2) as client:
        await check_what_the_api_shows(client, journal.attempts)
    await until_every_window_has_ended(server.database, within_seconds=60)
    await server.kill()
    await server.start()
    await server.stop()

    stored = Stored(server.database)
    states = check_consistency(stored)
    check_acknowledged(journal, stored, states)
    check_replies(journal, stored)
    refusals = Counter(attempt.refusal for attempt in journal.attempts)
    assert refusals["storage_full"] > 0, refusals
    check_log(server)
    print(f"\n{refusals}; {sum(a.is_open for a in journal.attempts)} of unknown outcome")


async def fill_and_clear(server: ServerProcess, disk: Disk, journal: Journal) -> None:
    for _ in range(ROUNDS):
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


def check_log(server: ServerProcess) -> None:
    """It says what is wrong, and not a thousand times."""
    lines = server.logged.splitlines()
    assert any("the storage is full, and no write is taken" in line for line in lines)
    assert any("the storage can be written to again" in line for line in lines)
    assert len(lines) < 100, "\n".join(lines[-20:])


async def test_a_reply_that_falls_due_on_a_full_disk_is_answered_when_there_is_room(
    server: ServerProcess, disk: Disk
) -> None:
    question = MessageContentText(text="How do I create a session?")
    async with server.client() as client:
        session = await client.sessions.create("contact", "Ana")
        await client.sessions.messages.create(session.id, question)
        await client.sessions.reply(session.id, 1)
    disk.fill(server)
    await until_ready_says(server, "storage_full")
    await asyncio.sleep(LONGER_THAN_ALL_ATTEMPTS_SECONDS)

    disk.clear(server)

    await until_ready_says(server, READY)
    await until_every_window_has_ended(server.database, within_seconds=60)
    async with server.client() as client:
        contact, answer = await client.sessions.messages.search(session.id)
    assert (contact.role, answer.role) == ("user", "assistant")
    await server.stop()
    [window] = Stored(server.database).windows
    assert (window["outcome"], window["reason"]) == ("answer", None)
