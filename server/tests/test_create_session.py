from __future__ import annotations

import json

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_person, given_session, problem_of
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError
from antonnia.conversations.types import AIAgent


async def test_a_new_session_is_open_at_epoch_one(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await client.sessions.create("user_12345", "John Doe")

    assert session.id.startswith("sess_")
    assert session.conversation_id.startswith("conv_")
    assert session.organization_id == server.ours.id
    assert (session.contact_id, session.contact_name) == ("user_12345", "John Doe")
    assert (session.status, session.epoch, session.metadata) == ("open", 1, {})
    assert session.created_at == clock.now
    assert session.updated_at is session.closed_at is session.thread_id is None
    assert session.ending_survey_submission_id is None


async def test_what_was_created_is_what_is_read(client: Conversations) -> None:
    session = await given_session(client, metadata={"a": {"b": [1, 2.5, None, True, "ü"]}})

    assert await client.sessions.get(session.id) == session


async def test_a_creation_is_announced_as_the_session_was(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    [created] = events.all()
    assert created["type"] == "session.created"
    assert json.loads(created["data"])["object"] == json.loads(session.model_dump_json())


async def test_without_an_agent_the_default_agent_is_assigned(
    client: Conversations, server: Server
) -> None:
    session = await given_session(client)

    assert isinstance(session.agent, AIAgent)
    assert session.agent.id == server.ours.agent_id


async def test_an_agent_that_is_null_is_no_agent_given(
    http: httpx.AsyncClient, server: Server
) -> None:
    body = {"contact_id": "c", "contact_name": "C", "agent_id": None}

    response = await http.post(SESSIONS, json=body)

    assert response.json()["agent"]["id"] == server.ours.agent_id


async def test_without_a_default_agent_nobody_is_assigned(
    client: Conversations, server: Server
) -> None:
    await client.agents.delete(server.ours.agent_id)

    session = await given_session(client)

    assert session.agent is None


async def test_a_given_agent_is_assigned(client: Conversations) -> None:
    ana = await given_person(client)

    session = await given_session(client, agent_id=ana.id)

    assert session.agent == ana


async def test_an_agent_that_does_not_exist_is_refused(
    client: Conversations, events: RecordedEvents
) -> None:
    with pytest.raises(NotFoundError) as refused:
        await given_session(client, agent_id="agent_none")

    assert refused.value.code == "agent_not_found"
    assert events.all() == []


async def test_a_session_can_be_recorded_as_closed(client: Conversations, clock: Clock) -> None:
    session = await given_session(client, status="closed")

    assert (session.status, session.closed_at, session.epoch) == ("closed", clock.now, 1)


@pytest.mark.parametrize(
    "contact_id", ["cont_123", "  spaced  ", "Ünï-✓", "a" * 255, "+49 30 1234", "x/y?z#%2F"]
)
async def test_a_contact_id_is_echoed_exactly(client: Conversations, contact_id: str) -> None:
    session = await given_session(client, contact_id)

    found = await client.sessions.search(contact_id=contact_id)

    assert session.contact_id == contact_id
    assert [each.id for each in found] == [session.id]


@pytest.mark.parametrize("contact_id", ["", "a" * 256, 5, None, ["c"]])
async def test_a_contact_id_has_1_to_255_characters(
    http: httpx.AsyncClient, contact_id: object
) -> None:
    response = await http.post(SESSIONS, json={"contact_id": contact_id, "contact_name": "C"})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "contact_id"]


@pytest.mark.parametrize("field", ["contact_id", "contact_name"])
async def test_contact_id_and_name_are_required(http: httpx.AsyncClient, field: str) -> None:
    body = {"contact_id": "c", "contact_name": "C"}
    del body[field]

    response = await http.post(SESSIONS, json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"] == [
        {"loc": ["body", field], "msg": "is required", "type": "missing"}
    ]


async def test_a_creation_answers_201(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, json={"contact_id": "c", "contact_name": "C"})

    assert response.status_code == 201


async def test_a_contact_has_one_conversation_and_its_newest_session_is_current(
    client: Conversations, server: Server
) -> None:
    first = await given_session(client, "contact_1")
    stranger = await given_session(client, "contact_2")

    second = await given_session(client, "contact_1")

    [conversation] = server.rows("conversations", channel_user_id="contact_1")
    assert first.conversation_id == second.conversation_id == conversation["id"]
    assert stranger.conversation_id != first.conversation_id
    assert conversation["current_session_id"] == second.id
    assert (conversation["channel_type"], conversation["channel_id"]) == ("api", "default")
    assert conversation["contact_id"] == "contact_1"


async def test_a_contact_may_have_several_open_sessions(client: Conversations) -> None:
    first = await given_session(client)
    second = await given_session(client)

    found = await client.sessions.search(contact_id="contact_1", status="open")

    assert {each.id for each in found} == {first.id, second.id}


async def test_a_conversation_knows_its_last_message(
    client: Conversations, server: Server, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session)
    await clock.advance(5)

    last = await given_message(client, session)

    [conversation] = server.rows("conversations", id=session.conversation_id)
    assert conversation["last_message_id"] == last.id
    assert conversation["last_message_at"] == server.hand.now()


async def test_times_are_rfc_3339_in_utc(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, json={"contact_id": "c", "contact_name": "C"})

    assert response.json()["created_at"] == "2026-01-02T03:04:05Z"


async def test_a_fraction_of_a_second_has_six_digits(http: httpx.AsyncClient, clock: Clock) -> None:
    await clock.advance(0.00025)

    response = await http.post(SESSIONS, json={"contact_id": "c", "contact_name": "C"})

    assert response.json()["created_at"] == "2026-01-02T03:04:05.000250Z"
