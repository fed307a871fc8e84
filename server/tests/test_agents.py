from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from given_platform import (
    given_ghost,
    given_message,
    given_person,
    given_session,
    given_waiting_session,
    problem_of,
)
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError
from antonnia.conversations.types import AIAgent, HumanAgent
from antonnia.orchestrator import Orchestrator

AGENTS = "/conversations/v2/agents"


async def test_a_person_is_made_with_a_profile(
    client: Conversations, server: Server, clock: Clock
) -> None:
    agent = await client.agents.create("Ana", "human", profile_id="p1")

    assert isinstance(agent, HumanAgent)
    assert agent.id.startswith("agent_")
    assert (agent.name, agent.profile_id, agent.created_at) == ("Ana", "p1", clock.now)
    assert agent.organization_id == server.ours.id
    assert await client.agents.get(agent.id) == agent


async def test_an_ai_agent_is_made_with_an_assistant(client: Conversations, server: Server) -> None:
    agent = await client.agents.create("Ada", "ai", assistant_id=server.ours.assistant_id)

    assert isinstance(agent, AIAgent)
    assert agent.assistant_id == server.ours.assistant_id
    assert await client.agents.get(agent.id) == agent


async def test_an_ai_agent_is_not_made_with_an_assistant_that_is_not_there(
    client: Conversations,
) -> None:
    before = [agent.id for agent in await client.agents.search()]

    with pytest.raises(NotFoundError) as refused:
        await client.agents.create("Ada", "ai", assistant_id="asst_none")

    assert refused.value.code == "assistant_not_found"
    assert [agent.id for agent in await client.agents.search()] == before


async def test_an_ai_agent_is_not_given_an_assistant_that_is_not_there(
    client: Conversations, server: Server
) -> None:
    before = await client.agents.get(server.ours.agent_id)

    with pytest.raises(NotFoundError) as refused:
        await client.agents.update(before.id, name="Eva", assistant_id="asst_none")

    assert refused.value.code == "assistant_not_found"
    assert await client.agents.get(before.id) == before


async def test_an_ai_agent_whose_assistant_is_gone_can_be_renamed(
    client: Conversations, server: Server
) -> None:
    ghost = await given_ghost(client, server)

    renamed = await client.agents.update(ghost.id, name="Eva", assistant_id="asst_none")

    assert renamed.name == "Eva"


async def test_an_assistant_is_not_deleted_in_the_moment_in_which_an_agent_gets_it(
    client: Conversations, orchestrator: Orchestrator
) -> None:
    for _ in range(10):
        assistant = await orchestrator.assistants.create("Bob")

        made, deleted = await asyncio.gather(
            client.agents.create("Bob", "ai", assistant_id=assistant.id),
            orchestrator.assistants.delete(assistant.id),
            return_exceptions=True,
        )

        # One of them is refused, whichever comes second.
        assert isinstance(made, NotFoundError) != isinstance(deleted, ValidationError)


async def test_an_agent_answers_only_the_fields_of_its_type(http: httpx.AsyncClient) -> None:
    response = await http.post(AGENTS, json={"name": "A", "type": "human", "profile_id": "p"})

    assert response.status_code == 201
    assert response.json().keys() == {
        "id",
        "organization_id",
        "name",
        "type",
        "profile_id",
        "created_at",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "A", "type": "human"}, "profile_id"),
        ({"name": "A", "type": "ai"}, "assistant_id"),
        ({"name": "A", "type": "human", "assistant_id": "a"}, "profile_id"),
        ({"name": "A", "type": "human", "profile_id": "p", "assistant_id": "a"}, "assistant_id"),
        ({"name": "A", "type": "ai", "profile_id": "p", "assistant_id": "a"}, "profile_id"),
        ({"name": "A", "type": "robot"}, "type"),
        ({"name": "", "type": "human", "profile_id": "p"}, "name"),
        ({"name": "a" * 256, "type": "human", "profile_id": "p"}, "name"),
        ({"type": "human", "profile_id": "p"}, "name"),
        ({"name": "A", "type": "human", "profile_id": ""}, "profile_id"),
        ({"name": "A", "type": "human", "profile_id": "p" * 256}, "profile_id"),
    ],
)
async def test_an_agent_that_cannot_be_is_refused(
    http: httpx.AsyncClient, server: Server, body: dict[str, Any], field: str
) -> None:
    response = await http.post(AGENTS, json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", field]
    assert len(server.rows("agents", organization_id=server.ours.id)) == 1


async def test_an_update_shows_at_once_in_the_sessions_it_holds(client: Conversations) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)

    updated = await client.agents.update(ana.id, name="Bea", profile_id="p2")

    assert isinstance(updated, HumanAgent)
    assert (updated.name, updated.profile_id) == ("Bea", "p2")
    assert (await client.sessions.get(session.id)).agent == updated


@pytest.mark.parametrize(
    "fields",
    [{"name": None}, {"profile_id": None}, {"assistant_id": "a"}, {"name": ""}, {"name": 5}],
)
async def test_an_update_that_cannot_be_is_refused(
    client: Conversations, http: httpx.AsyncClient, fields: dict[str, Any]
) -> None:
    ana = await given_person(client)

    response = await http.patch(f"{AGENTS}/{ana.id}", json={"fields": fields})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "fields", *fields]
    assert await client.agents.get(ana.id) == ana


async def test_the_type_cannot_be_changed(client: Conversations, http: httpx.AsyncClient) -> None:
    ana = await given_person(client)

    response = await http.patch(f"{AGENTS}/{ana.id}", json={"fields": {"type": "ai"}})

    assert problem_of(response) == (422, "unknown_field")


async def test_no_fields_change_nothing(client: Conversations) -> None:
    ana = await given_person(client)

    assert await client.agents.update(ana.id) == ana


async def test_a_deleted_agent_is_gone(client: Conversations, http: httpx.AsyncClient) -> None:
    ana = await given_person(client)

    response = await http.delete(f"{AGENTS}/{ana.id}")

    assert (response.status_code, response.content) == (204, b"")
    with pytest.raises(NotFoundError) as refused:
        await client.agents.get(ana.id)
    assert refused.value.code == "agent_not_found"
    assert await client.agents.search("human") == []
    for again in [client.agents.delete(ana.id), client.agents.update(ana.id, name="B")]:
        with pytest.raises(NotFoundError):
            await again


async def test_an_agent_that_holds_an_open_session_is_not_deleted(client: Conversations) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)

    with pytest.raises(ValidationError) as refused:
        await client.agents.delete(ana.id)

    assert refused.value.code == "agent_in_use"
    assert (await client.sessions.get(session.id)).agent == ana


async def test_a_closed_session_still_names_a_deleted_agent(client: Conversations) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)
    message = await given_message(client, session, role="assistant")
    await client.sessions.finish(session.id)

    await client.agents.delete(ana.id)

    assert (await client.sessions.get(session.id)).agent == ana
    read = await client.sessions.messages.get(session.id, message.id)
    assert read.agent_id == ana.id


async def test_agents_are_found_by_all_that_is_given(client: Conversations, server: Server) -> None:
    ana = await given_person(client, "Ana")
    bea = await given_person(client, "Bea")
    search = client.agents.search

    assert [agent.id for agent in await search()] == [server.ours.agent_id, ana.id, bea.id]
    assert [agent.id for agent in await search("ai")] == [server.ours.agent_id]
    assert await search("human") == [ana, bea]
    assert await search(profile_id="profile_Bea") == [bea]
    assert [a.id for a in await search(assistant_id=server.ours.assistant_id)] == [
        server.ours.agent_id
    ]
    assert await search("ai", profile_id="profile_Ana") == []


async def test_what_is_done_to_agents_is_not_announced(
    client: Conversations, events: RecordedEvents
) -> None:
    ana = await given_person(client)
    await client.agents.update(ana.id, name="Bea")
    await client.agents.delete(ana.id)

    assert events.all() == []


async def test_a_deleted_agent_writes_no_messages(client: Conversations) -> None:
    session = await given_waiting_session(client)
    ana = await given_person(client)
    await client.agents.delete(ana.id)

    with pytest.raises(NotFoundError) as refused:
        await given_message(client, session, role="assistant", agent_id=ana.id)

    assert refused.value.code == "agent_not_found"
