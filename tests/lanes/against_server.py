"""The clients of a lane against a server that runs in the workspace; Python 3.8 syntax.

It says where the server is in `ANTONNIA_BASE_URL` and `ANTONNIA_TOKEN`.
"""

import asyncio
import gc
import sys
import threading
from typing import List
from uuid import uuid4

import httpcore
import httpx
import pytest

from antonnia.auth import Auth, SyncAuth
from antonnia.auth.exceptions import TokenExpiredError
from antonnia.conversations import Conversations, SyncConversations
from antonnia.conversations.exceptions import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    ValidationError,
)
from antonnia.conversations.types import MessageContentText
from antonnia.events import Events, SessionCreated, SyncEvents


def text(words: str) -> MessageContentText:
    return MessageContentText(text=words)


async def test_the_quick_start() -> None:
    async with Conversations() as client:
        session = await client.sessions.create(
            contact_id="user_12345",
            contact_name="John Doe",
            metadata={"priority": "high", "department": "support"},
        )
        message = await client.sessions.messages.create(
            session_id=session.id, content=text("Hello, I need help"), role="user"
        )
        await client.sessions.reply(session_id=session.id)
        found = await client.sessions.messages.search(session_id=session.id, limit=10)

    assert message.id in [each.id for each in found]


def test_the_quick_start_without_await() -> None:
    with SyncConversations() as client:
        session = client.sessions.create("user_12345", "John Doe")
        message = client.sessions.messages.create(session.id, text("Hello"))
        raw = client.sessions.with_raw_response.get(session.id)

        assert raw.status_code == 200
        assert raw.request_id
        assert raw.parse().id == session.id
        assert [each.id for each in client.sessions.messages.iter(session.id)] == [message.id]


async def test_what_happens_is_followed() -> None:
    async with Conversations() as client, Events() as events:
        session = await client.sessions.create("c", "n")
        created, *_ = await events.events.search(object_id=session.id)
        async with events.stream(["message.*"], after=created.position) as stream:
            for number in range(20):
                await client.sessions.messages.create(session.id, text(str(number)))
            followed = [await stream.__anext__() for _ in range(20)]

    assert isinstance(created, SessionCreated)
    assert [event.data.object.position for event in followed] == list(range(1, 21))


def test_what_happens_is_followed_without_await() -> None:
    with SyncConversations() as client, SyncEvents() as events:
        session = client.sessions.create("c", "n")
        [created] = events.events.search(object_id=session.id)
        with events.stream(after=created.position - 1) as stream:
            event = next(stream)
        [again] = events.events.iter(object_id=session.id)

    assert event == created == again


async def test_a_token_is_made_replaced_and_revoked() -> None:
    async with Auth() as auth:
        me = await auth.me()
        ana = await auth.users.create("Ana", f"{uuid4()}@example.com", "agent")
        token = await auth.tokens.create("lane", ["conversations:read"], user_id=ana.id)
        async with Conversations(token.secret) as reader:
            assert isinstance(await reader.sessions.search(limit=1), list)
            with pytest.raises(PermissionDeniedError):
                await reader.sessions.create("c", "n")
        rotated = await auth.tokens.rotate(token.id)
        await auth.tokens.delete(token.id)
        ids = [each.id async for each in auth.tokens.iter(user_id=ana.id, limit=1)]
        done = [each.action for each in await auth.audit.search(object_id=token.id)]
    async with Conversations(rotated.secret) as reader:
        with pytest.raises(AuthenticationError) as revoked:
            await reader.sessions.search()

    assert me.permissions[0] == "*"
    assert rotated.secret not in repr(rotated)
    assert ids == [token.id]
    assert done == ["revoke_token", "rotate_token", "create_token"]
    assert revoked.value.code == "token_revoked"
    assert issubclass(TokenExpiredError, AuthenticationError)


def test_a_member_comes_and_goes_without_await() -> None:
    with SyncAuth() as auth:
        member = auth.members.create(f"{uuid4()}@example.com", "viewer")
        promoted = auth.members.update(member.id, role="admin")
        names = {each.name for each in auth.permissions.list()}
        auth.members.delete(member.id)

        assert promoted.role == "admin"
        assert "auth:admin" in names
        assert auth.organizations.get(member.organization_id).id == auth.me().organization.id
        with pytest.raises(NotFoundError):
            auth.members.get(member.id)


async def test_what_goes_wrong_is_said() -> None:
    async with Conversations() as client:
        session = await client.sessions.create("c", "n")
        with pytest.raises(NotFoundError) as missing:
            await client.sessions.get("sess_missing")
        with pytest.raises(PreconditionFailedError):
            await client.sessions.finish(session.id, if_epoch=session.epoch + 1)
        with pytest.raises(ValidationError):
            await client.sessions.reply(session.id, debounce_time=61)
        key = str(uuid4())
        await client.sessions.create("c", "n", idempotency_key=key)
        with pytest.raises(ValidationError) as reused:
            await client.sessions.create("c", "other", idempotency_key=key)
        await client.sessions.messages.create(session.id, text("a"), provider_message_id="p1")
        with pytest.raises(ConflictError):
            await client.sessions.messages.create(session.id, text("b"), provider_message_id="p1")
    async with Conversations("ant_wrong") as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.sessions.get(session.id)

    assert missing.value.code == "session_not_found"
    assert missing.value.request_id
    assert reused.value.code == "idempotency_key_reused"


async def test_going_through_everything_while_it_grows() -> None:
    async with Conversations() as client:
        session = await client.sessions.create("c", "n")
        for number in range(5):
            await client.sessions.messages.create(session.id, text(str(number)))

        positions: List[int] = []
        async for message in client.sessions.messages.iter(session.id, limit=2):
            positions.append(message.position)
            if len(positions) <= 5:
                await client.sessions.messages.create(session.id, text("more"))

    assert positions == list(range(1, 11))


@pytest.mark.skipif(
    sys.version_info < (3, 11) or httpcore.__version__.startswith("0."),
    reason="what is below the client loses connections by itself",
)
async def test_thousands_of_cancelled_calls_leave_nothing_behind() -> None:
    before = asyncio.all_tasks()
    limits = httpx.Limits(max_connections=3, max_keepalive_connections=3)
    async with httpx.AsyncClient(limits=limits, timeout=20) as http:
        client = Conversations(http_client=http)
        session = await client.sessions.create("c", "n")
        cancelled = 0
        for round_ in range(50):
            calls = [
                cancel_after(steps, client.sessions.get(session.id))
                for steps in range(round_ % 3, 120, 3)
            ]
            cancelled += sum(await asyncio.gather(*calls))
        for _ in range(10):
            assert (await client.sessions.get(session.id)).id == session.id
        await client.close()

    assert cancelled > 500
    assert asyncio.all_tasks() == before
    gc.collect()


async def cancel_after(steps: int, call: object) -> bool:
    task = asyncio.ensure_future(call)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


def test_one_client_in_several_loops_and_threads() -> None:
    client = Conversations()
    failures: List[BaseException] = []

    async def work() -> None:
        session = await client.sessions.create("c", "n")
        await asyncio.gather(*(client.sessions.get(session.id) for _ in range(10)))

    def in_a_loop() -> None:
        try:
            asyncio.run(work())
            asyncio.run(work())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=in_a_loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()

    assert failures == []
