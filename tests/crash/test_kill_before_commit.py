"""A kill between RELEASE and COMMIT: the whole group is lost, and none of it was acknowledged."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from consistency import check_consistency
from crash.acknowledged import check_acknowledged, check_replies
from crash.attempts import Attempt, Journal
from scale import CRASH_ROUNDS
from server_process import ServerProcess
from stored import Stored, until_every_window_has_ended

from antonnia.conversations.types import MessageContentText, Session

DYING_SERVER = Path(__file__).with_name("dying_server.py")
# A group has to hold so many of the writes that are told apart by their keys.
UNITS = 12
SESSIONS = 8


async def test_a_kill_between_release_and_commit_loses_the_group_and_acknowledges_none_of_it(
    tmp_path: Path,
) -> None:
    server = ServerProcess(tmp_path / "data")
    journal = Journal()
    kills = max(2, CRASH_ROUNDS // 5)
    lost = acknowledged = repeated = 0

    try:
        await server.start()
        await server.stop()
        for number in range(kills):
            attempts = await run_into_death(server, journal, number)

            group = json.loads((server.data / "doomed.json").read_text())
            assert len(group) >= UNITS
            assert not {a.marker for a in attempts if a.is_acknowledged} & set(group)
            check_that_nothing_is_left_of(Stored(server.database), group, attempts)
            lost += len(group)
            acknowledged += sum(attempt.is_acknowledged for attempt in attempts)

            # The next start is clean: everything can be asked again, and is done once.
            await server.start()
            async with server.client() as client:
                repeated += await journal.repeat_what_was_not_answered(client, since=0)
            await until_every_window_has_ended(server.database, within_seconds=20)
            await server.stop()
    finally:
        await server.close()

    stored = Stored(server.database)
    check_acknowledged(journal, stored, check_consistency(stored))
    check_replies(journal, stored)
    assert repeated >= lost
    print(
        f"\n{kills} kills before COMMIT: {lost} units lost in their groups, {acknowledged} "
        f"acknowledged before, {repeated} repeated after"
    )


async def run_into_death(server: ServerProcess, journal: Journal, number: int) -> list[Attempt]:
    """Have a server die over many writes at once; those writes, answered or not."""
    await server.start((sys.executable, str(DYING_SERVER), "--units", str(UNITS)))
    async with server.client() as client:
        attempts = []
        for i in range(SESSIONS):
            created = journal.begin("create")
            await created.make(client)
            assert isinstance(created.answer, Session)
            attempts += doomed_attempts(journal, created.answer, f"doomed-{number}-{i}")
        await asyncio.gather(*(attempt.make(client) for attempt in attempts))
    await server.wait_until_killed()
    return attempts


def doomed_attempts(journal: Journal, session: Session, marker: str) -> list[Attempt]:
    """One of each kind of write, all at the same time."""
    content = MessageContentText(text="How do I create a session?", template_id=f"{marker}-text")
    message = {"content": content, "provider_message_id": marker}
    return [
        journal.begin("create", marker=f"{marker}-create"),
        journal.begin("message", session.id, f"{marker}-message", **message),
        journal.begin("reply", session.id, f"{marker}-reply", debounce_time=0.2),
        journal.begin("transfer", session.id, f"{marker}-transfer", agent_id=None),
        journal.begin("finish", session.id, f"{marker}-finish"),
    ]


def check_that_nothing_is_left_of(
    stored: Stored, group: list[str], attempts: list[Attempt]
) -> None:
    """No key, no session, no message, no window and no event of the group has been kept."""
    assert stored.integrity[0][0] == "ok"
    assert not set(group) & set(stored.idempotency_keys)
    contacts = {session["contact_id"] for session in stored.sessions.values()}
    texts = {message["content"]["template_id"] for message in stored.messages.values()}
    told = json.dumps([event["data"] for event in stored.events])
    for attempt in attempts:
        if attempt.marker not in group:
            continue
        if attempt.kind == "create":
            assert attempt.marker not in contacts
            assert f'"{attempt.marker}"' not in told
        elif attempt.kind == "message":
            assert attempt.content_marker not in texts
            assert f'"{attempt.content_marker}"' not in told
        elif attempt.kind == "reply":
            assert stored.windows_of[attempt.session_id] == []
        else:
            session = stored.sessions[attempt.session_id]
            if attempt.kind == "finish":
                assert session["status"] == "open"
            else:
                assert session["agent_id"] is not None
