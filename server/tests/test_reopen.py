"""A closed session comes back, also where its agent does not."""

from __future__ import annotations

import asyncio
import json

import pytest
from given_platform import given_message, given_person, given_session
from in_process import QUESTION, Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError
from antonnia.conversations.types import Session

PATIENCE_SECONDS = 20


async def given_session_of_a_deleted_agent(client: Conversations, server: Server) -> Session:
    """A closed session, whose agent was deleted after it was closed."""
    agent = await client.agents.create("Bob", "ai", assistant_id=server.ours.assistant_id)
    session = await given_session(client, agent_id=agent.id)
    await given_message(client, session, QUESTION)
    closed = await client.sessions.finish(session.id)
    await client.agents.delete(agent.id)
    return closed


async def test_a_session_whose_agent_was_deleted_comes_back_without_one(
    client: Conversations, server: Server, events: RecordedEvents
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        closed = await given_session_of_a_deleted_agent(client, server)

        reopened = await client.sessions.update(closed.id, {"status": "open"})

        assert (reopened.status, reopened.agent, reopened.closed_at) == ("open", None, None)
        assert reopened.epoch == closed.epoch + 1
        assert await client.sessions.get(closed.id) == reopened
        last = events.all()[-1]
        assert json.loads(last["data"])["object"] == json.loads(reopened.model_dump_json())


async def test_a_session_that_came_back_without_an_agent_waits_for_a_person(
    client: Conversations, server: Server
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        closed = await given_session_of_a_deleted_agent(client, server)
        await client.sessions.update(closed.id, {"status": "open"})

        with pytest.raises(ValidationError) as refused:
            await client.sessions.reply(closed.id)
        ana = await given_person(client)
        taken = await client.sessions.transfer(closed.id, ana.id)

        assert refused.value.code == "no_agent"
        assert taken.agent == ana


async def test_a_session_whose_agent_was_deleted_comes_back_with_the_one_that_is_given(
    client: Conversations, server: Server, clock: Clock
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        closed = await given_session_of_a_deleted_agent(client, server)

        reopened = await client.sessions.update(
            closed.id, {"status": "open", "agent_id": server.ours.agent_id}
        )
        await client.sessions.reply(closed.id)
        await clock.settle()

        assert reopened.agent is not None
        assert reopened.agent.id == server.ours.agent_id
        assert server.outcomes() == [("answer", None)]
