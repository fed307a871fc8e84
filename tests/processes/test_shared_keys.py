"""Idempotency keys that are used at the same time on two servers have one effect each."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from fleet import running_fleet
from scale import SHARED_KEYS
from stored import Stored, until_every_window_has_ended

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText, Session

AT_ONCE = 50
# Whoever waits for a key in vain is told to try again, and the client does.
RETRIES = 5


async def test_a_key_that_is_used_on_two_servers_at_once_has_one_effect(
    url: str, tmp_path: Path
) -> None:
    async with (
        running_fleet(url, tmp_path, servers=["--no-jobs", "--no-jobs"]) as fleet,
        AsyncExitStack() as stack,
    ):
        clients = [
            await stack.enter_async_context(fleet.client(max_retries=RETRIES))
            for _ in range(AT_ONCE)
        ]
        answers = [await use(clients, f"key_{number}") for number in range(SHARED_KEYS)]
        await until_every_window_has_ended(url, within_seconds=20)
        assert fleet.complaints() == []

    assert [len(sessions) for sessions, _ in answers] == [1] * SHARED_KEYS
    assert [len(messages) for _, messages in answers] == [1] * SHARED_KEYS
    stored = Stored(url)
    assert len(stored.sessions) == len(stored.messages) == SHARED_KEYS
    assert Counter(event["type"] for event in stored.events) == {
        "session.created": SHARED_KEYS,
        "message.created": SHARED_KEYS,
    }
    print(f"\n{SHARED_KEYS} keys, each used by {AT_ONCE} at once, for two calls: one effect each")


async def use(clients: list[Conversations], key: str) -> tuple[set[str], set[str]]:
    """Have everybody make the same session and the same message; the ids that they were given."""

    async def create(client: Conversations) -> Session:
        return await client.sessions.create("contact", key, idempotency_key=key)

    sessions = await asyncio.gather(*map(create, clients))
    session_id = sessions[0].id
    content = MessageContentText(text=key)
    messages = await asyncio.gather(
        *(
            client.sessions.messages.create(session_id, content, idempotency_key=f"{key}-message")
            for client in clients
        )
    )
    return {session.id for session in sessions}, {message.id for message in messages}
