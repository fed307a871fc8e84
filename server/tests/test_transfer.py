from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_closed_session,
    given_message,
    given_person,
    given_session,
    given_waiting_session,
    problem_of,
    texts_of_agents,
)
from in_process import ANSWER, QUESTION, Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError


async def test_a_transfer_changes_hands_and_grows_the_epoch(
    client: Conversations, clock: Clock
) -> None:
    session = await given_session(client)
    ana = await given_person(client)
    await clock.advance(1)

    transferred = await client.sessions.transfer(session.id, ana.id)

    assert (transferred.agent, transferred.epoch) == (ana, 2)
    assert transferred.updated_at == clock.now
    assert await client.sessions.get(session.id) == transferred


async def test_a_transfer_is_announced_as_the_session_was_after_it(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    ana = await given_person(client)

    transferred = await client.sessions.transfer(session.id, ana.id)

    [announced] = events.of_type("session.transferred")
    assert json.loads(announced["data"])["object"] == json.loads(transferred.model_dump_json())


async def test_a_transfer_to_nobody_waits_for_a_person(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    transferred = await client.sessions.transfer(session.id, None)

    assert (transferred.agent, transferred.epoch) == (None, 2)
    assert len(events.of_type("session.transferred")) == 1


@pytest.mark.parametrize("is_held", [True, False])
async def test_a_transfer_to_the_same_agent_announces_nothing(
    client: Conversations, events: RecordedEvents, is_held: bool
) -> None:
    session = await (given_session if is_held else given_waiting_session)(client)
    before = events.types

    again = await client.sessions.transfer(session.id, session.agent.id if session.agent else None)

    assert again == session
    assert events.types == before


async def test_of_many_transfers_at_once_one_announces(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    ana = await given_person(client)

    answers = await asyncio.gather(
        *(client.sessions.transfer(session.id, ana.id) for _ in range(20))
    )

    assert {answer.epoch for answer in answers} == {2}
    assert len(events.of_type("session.transferred")) == 1


async def test_a_transfer_to_an_agent_that_does_not_exist_is_refused(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    with pytest.raises(NotFoundError) as refused:
        await client.sessions.transfer(session.id, "agent_none")

    assert refused.value.code == "agent_not_found"
    assert events.of_type("session.transferred") == []


async def test_a_transfer_to_a_deleted_agent_is_refused(client: Conversations) -> None:
    session = await given_session(client)
    ana = await given_person(client)
    await client.agents.delete(ana.id)

    with pytest.raises(NotFoundError) as refused:
        await client.sessions.transfer(session.id, ana.id)

    assert refused.value.code == "agent_not_found"


async def test_a_transfer_of_a_closed_session_is_refused(
    client: Conversations, server: Server
) -> None:
    session = await given_closed_session(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.transfer(session.id, server.ours.agent_id)

    assert refused.value.code == "session_closed"
    assert await client.sessions.get(session.id) == session


async def test_a_transfer_of_a_session_that_does_not_exist_is_refused(
    client: Conversations,
) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.transfer("sess_none", None)

    assert refused.value.code == "session_not_found"


async def test_without_auto_reply_nobody_answers(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_waiting_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.transfer(session.id, server.ours.agent_id)
    await clock.advance(120)

    assert await texts_of_agents(client, session) == []


async def test_with_auto_reply_an_ai_agent_answers_at_once(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_waiting_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.transfer(session.id, server.ours.agent_id, auto_reply=True)
    await clock.settle()

    [said] = await texts_of_agents(client, session)
    assert said.startswith(ANSWER)


async def test_with_auto_reply_the_agent_that_has_the_session_answers_too(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.transfer(session.id, server.ours.agent_id, auto_reply=True)
    await clock.settle()

    assert len(await texts_of_agents(client, session)) == 1
    assert events.of_type("session.transferred") == []


async def test_with_auto_reply_a_person_is_not_hurried(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)
    ana = await given_person(client)

    await client.sessions.transfer(session.id, ana.id, auto_reply=True)
    await clock.advance(60)

    assert await texts_of_agents(client, session) == []
    assert server.rows("reply_windows") == []


async def test_a_transfer_that_forgets_to_say_to_whom_takes_no_agent_away(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)

    response = await http.post(f"{SESSIONS}/{session.id}/transfer")

    assert response.status_code == 422
    assert response.json()["detail"] == "body.agent_id: is required."
    assert await client.sessions.get(session.id) == session


@pytest.mark.parametrize("body", [{"agent_id": 5}, {"auto_reply": "yes"}, {"auto_reply": 1}])
async def test_a_transfer_converts_nothing(
    client: Conversations, http: httpx.AsyncClient, body: dict[str, object]
) -> None:
    session = await given_session(client)

    response = await http.post(f"{SESSIONS}/{session.id}/transfer", json=body)

    assert problem_of(response) == (422, "validation_error")
