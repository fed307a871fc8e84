"""A disk that reports errors: nothing that was told to have failed comes back, and the reverse."""

from __future__ import annotations

import asyncio
import errno

import pytest
from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies
from crash.attempts import Journal
from crash.load import given_load
from faults.failing_disk import DATABASE, EVERY_FILE, LOG, FailingDisk
from faults.readiness import READY, until_ready_says
from server_process import ServerProcess
from stored import Stored, until_every_window_has_ended

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ServerError
from antonnia.conversations.types import MessageContentText

FEW = 40
FAILING_SECONDS = 0.5
LONG_TEXT = "x" * 60_000
# More than the log has before the server looks why it is not emptied.
MANY = 1_000


async def create(client: Conversations, contact: str) -> str:
    return (await client.sessions.create(contact, "Ana")).id


async def refusal_of_create(client: Conversations, contact: str) -> ServerError:
    with pytest.raises(ServerError) as refused:
        await create(client, contact)
    return refused.value


async def post_until_refused(client: Conversations, session_id: str) -> tuple[int, ServerError]:
    """How many messages were taken, and what the next one was told."""
    content = MessageContentText(text=LONG_TEXT)
    for acknowledged in range(MANY):
        try:
            await client.sessions.messages.create(session_id, content)
        except ServerError as error:
            return acknowledged, error
    raise AssertionError("every message was taken")


async def contacts_after_a_kill(server: ServerProcess) -> list[str]:
    await server.kill()
    await server.start()
    async with server.client() as client:
        return sorted(session.contact_id for session in await client.sessions.search())


@pytest.mark.parametrize("call", ["sync-once", "write-once"])
async def test_a_write_that_failed_once_is_not_brought_back_by_a_crash(
    failing_server: ServerProcess, failing: FailingDisk, call: str
) -> None:
    async with failing_server.client() as client:
        await create(client, "before")
        failing.fail(call, LOG)

        refused = await refusal_of_create(client, "failed")
    failing.mend()
    assert (refused.status_code, refused.code) == (503, "storage_unavailable")
    assert "Nothing was written." in refused.message
    assert await contacts_after_a_kill(failing_server) == ["before"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
async def test_a_sync_that_fails_for_long_leaves_the_outcome_open_and_says_so(
    failing_server: ServerProcess, failing: FailingDisk, number: int
) -> None:
    async with failing_server.client() as client:
        await create(client, "before")
        failing.fail("sync", LOG, number)

        refused = await refusal_of_create(client, "failed")
        ready = await until_ready_says(failing_server, "storage_unavailable")
        later = await refusal_of_create(client, "later")
        read = await client.sessions.search()

    failing.mend()
    assert "is not known" in refused.message
    assert "Nothing was written." in later.message
    assert "database cannot be used at present" in ready["detail"]
    assert [session.contact_id for session in read] == ["before"]
    assert {"before"} <= set(await contacts_after_a_kill(failing_server)) <= {"before", "failed"}


async def test_when_the_disk_works_again_a_write_that_was_open_is_void(
    failing_server: ServerProcess, failing: FailingDisk
) -> None:
    async with failing_server.client() as client:
        failing.fail("sync", LOG)
        await refusal_of_create(client, "failed")
        await until_ready_says(failing_server, "storage_unavailable")
        failing.mend()

        await until_ready_says(failing_server, READY)
    assert await contacts_after_a_kill(failing_server) == []


async def test_a_disk_that_becomes_read_only_is_named_and_used_again_when_it_is_not(
    failing_server: ServerProcess, failing: FailingDisk
) -> None:
    async with failing_server.client() as client:
        await create(client, "before")
        failing.fail("write", EVERY_FILE, errno.EROFS)

        refused = await refusal_of_create(client, "failed")
        ready = await until_ready_says(failing_server, "storage_read_only")
        read = await client.sessions.search()

        failing.mend()
        await until_ready_says(failing_server, READY)
        await create(client, "after")
    assert (refused.status_code, refused.code) == (503, "storage_read_only")
    assert "database is read-only" in ready["detail"]
    assert [session.contact_id for session in read] == ["before"]
    assert await contacts_after_a_kill(failing_server) == ["after", "before"]


async def test_a_log_that_cannot_be_emptied_is_noticed(
    failing_server: ServerProcess, failing: FailingDisk
) -> None:
    """SQLite tells nobody: commits go on, and the log grows until the disk is full."""
    failing.fail("sync", DATABASE)
    async with failing_server.client() as client:
        session_id = await create(client, "contact")
        acknowledged, refused = await post_until_refused(client, session_id)
        await until_ready_says(failing_server, "storage_unavailable")
        failing.mend()
        await until_ready_says(failing_server, READY)

    assert refused.code == "storage_unavailable"
    await failing_server.kill()
    await failing_server.start()
    async with failing_server.client() as client:
        found = await client.sessions.messages.search(session_id, limit=1000)
    assert len(found) == acknowledged


@pytest.mark.parametrize(("call", "suffix"), [("sync", LOG), ("write", LOG), ("write", DATABASE)])
async def test_nothing_is_acknowledged_that_is_not_there_and_no_wait_is_lost(
    failing_server: ServerProcess, failing: FailingDisk, call: str, suffix: str
) -> None:
    journal = Journal()

    async def fail_and_mend() -> None:
        for _ in range(3):
            await journal.until_acknowledged(FEW)
            failing.fail(call, suffix)
            await asyncio.sleep(FAILING_SECONDS)
            failing.mend()
            await until_ready_says(failing_server, READY)
        await journal.until_acknowledged(FEW)

    load = await given_load(failing_server, journal)

    await load.run_beside(asyncio.create_task(fail_and_mend()))
    await until_every_window_has_ended(failing_server.database, within_seconds=60)
    await failing_server.kill()
    await failing_server.start()
    await failing_server.stop()

    stored = Stored(failing_server.database)
    states = check_consistency(stored)
    check_acknowledged(journal, stored, states)
    check_replies(journal, stored)
    assert any(attempt.is_acknowledged for attempt in journal.attempts)
