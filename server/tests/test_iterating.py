from __future__ import annotations

import pytest
from given_platform import given_message, given_person, given_session
from in_process import Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError


async def test_sessions_added_meanwhile_are_neither_gap_nor_repeat(client: Conversations) -> None:
    before = [(await given_session(client)).id for _ in range(7)]

    seen = []
    async for session in client.sessions.iter(status="open", limit=2):
        seen.append(session.id)
        await given_session(client)

    # Newest first: what is added meanwhile lies behind us.
    assert seen == before[::-1]


async def test_messages_added_meanwhile_are_gone_through_too(client: Conversations) -> None:
    session = await given_session(client)
    for _ in range(5):
        await given_message(client, session)

    positions = []
    async for message in client.sessions.messages.iter(session.id, limit=2):
        positions.append(message.position)
        if len(positions) <= 5:
            await given_message(client, session)

    assert positions == list(range(1, 11))


async def test_messages_of_all_sessions_newest_first(client: Conversations) -> None:
    sessions = [await given_session(client, f"contact_{number}") for number in range(3)]
    written = {(await given_message(client, session)).id for session in sessions}

    found = [message.id async for message in client.sessions.messages.iter(order="desc", limit=1)]

    assert len(found) == 3
    assert set(found) == written


async def test_agents_are_gone_through_with_their_filter(client: Conversations) -> None:
    people = [(await given_person(client, name)).id for name in ("Ana", "Bea", "Cai")]

    found = [agent.id async for agent in client.agents.iter("human", limit=1)]

    assert len(found) == len(people)
    assert set(found) == set(people)


async def test_leaving_early_is_fine(client: Conversations) -> None:
    newest = [(await given_session(client)).id for _ in range(3)][-1]

    async for session in client.sessions.iter(limit=1):
        assert session.id == newest
        break


async def test_what_the_server_refuses_is_said_with_the_first_item(client: Conversations) -> None:
    with pytest.raises(NotFoundError, match="sess_missing"):
        await client.sessions.messages.iter("sess_missing").__anext__()
    with pytest.raises(ValidationError):
        await client.sessions.iter(limit=0).__anext__()


async def test_raw_answers_carry_what_the_server_said(
    client: Conversations, server: Server
) -> None:
    created = await client.sessions.with_raw_response.create("contact_1", "Jane")
    found = await client.sessions.with_raw_response.search(limit=1)
    named = client.with_options(headers={"X-Request-Id": "req-of-mine"})
    read = await named.sessions.with_raw_response.get(created.parse().id)

    assert created.status_code == 201
    assert created.request_id == created.headers["X-Request-Id"]
    assert [session.id for session in found.parse()] == [created.parse().id]
    assert read.request_id == "req-of-mine"
    assert read.parse() == await client.sessions.get(created.parse().id)
