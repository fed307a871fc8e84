from __future__ import annotations

import asyncio
import json

import pytest
from given_platform import given_closed_session, given_message, given_session
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError
from antonnia.conversations.types import SessionCreate
from antonnia_server.conversations import service as conversations
from antonnia_server.db import Transaction


async def test_events_have_positions_without_gaps_in_the_order_of_their_commits(
    client: Conversations, events: RecordedEvents
) -> None:
    sessions = await asyncio.gather(*(given_session(client) for _ in range(10)))
    await asyncio.gather(*(given_message(client, session) for session in sessions))

    assert [event["position"] for event in events.all()] == list(range(1, 21))


async def test_an_event_says_when_and_in_which_request(
    client: Conversations, events: RecordedEvents, server: Server, clock: Clock
) -> None:
    await clock.advance(7)
    session = await given_session(client)

    [event] = events.all()
    assert event["id"].startswith("evt_")
    assert event["created_at"] == server.hand.now()
    assert event["request_id"].startswith("req_")
    assert event["object_id"] == session.id


async def test_an_event_keeps_the_object_as_it_was(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await client.sessions.update(session.id, {"contact_name": "Joan"})

    names = [json.loads(event["data"])["object"]["contact_name"] for event in events.all()]

    assert names == ["Jane", "Joan"]


async def test_what_is_refused_is_not_announced(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_closed_session(client)
    before = events.types

    with pytest.raises(ValidationError):
        await given_message(client, session)

    assert events.types == before


async def test_what_is_rolled_back_is_not_announced(
    client: Conversations, events: RecordedEvents, server: Server
) -> None:
    def create_and_fail(tx: Transaction) -> None:
        body = SessionCreate(contact_id="c", contact_name="C")
        conversations.create_session(tx, server.caller, body)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await server.db.write(create_and_fail)
    await given_session(client)

    assert [event["position"] for event in events.all()] == [1]
    assert len(server.rows("sessions")) == 1


async def test_an_answer_is_announced_in_the_request_that_asked_for_it(
    client: Conversations, events: RecordedEvents, server: Server, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session, "What are your opening hours?")
    async with server.http(server.ours.token) as http:
        await http.post(f"/sessions/{session.id}/reply", headers={"x-request-id": "asked"})
    await clock.settle()

    assert events.all()[-1]["type"] == "message.created"
    assert events.all()[-1]["request_id"] == "asked"
