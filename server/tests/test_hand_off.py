from __future__ import annotations

import json

import pytest
from given_platform import (
    given_failing_session,
    given_ghost,
    given_message,
    given_person,
    given_session,
    messages_of,
    texts_of_agents,
)
from in_process import ANSWER, QUESTION, UNANSWERABLE, Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError
from antonnia.conversations.types import MessageContentImage
from antonnia_server.orchestrator.service import FAILURE_TEXT, HAND_OFF_TEXT


async def test_what_is_not_known_is_handed_to_a_person(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await given_message(client, session, UNANSWERABLE)

    await client.sessions.reply(session.id)
    await clock.settle()

    handed = await client.sessions.get(session.id)
    assert (handed.agent, handed.status, handed.epoch) == (None, "open", 2)
    assert await texts_of_agents(client, session) == [HAND_OFF_TEXT]
    assert server.outcomes() == [("hand_off", "below_confidence")]
    assert events.types[-2:] == ["message.created", "session.transferred"]
    [announced] = events.of_type("session.transferred")
    assert json.loads(announced["data"])["object"] == json.loads(handed.model_dump_json())


async def test_the_farewell_is_the_ai_agents(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, UNANSWERABLE)

    await client.sessions.reply(session.id)
    await clock.settle()

    [_, farewell] = await messages_of(client, session)
    [run] = server.rows("runs")
    assert (farewell.agent_id, farewell.run_id) == (server.ours.agent_id, run["id"])
    assert [step["type"] for step in server.rows("run_steps")] == ["retrieval", "hand_off"]


async def test_a_message_without_words_is_handed_to_a_person(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    picture = MessageContentImage(url="https://example.com/a.png")
    await client.sessions.messages.create(session.id, picture)

    await client.sessions.reply(session.id)
    await clock.settle()

    assert server.outcomes() == [("hand_off", "below_confidence")]


async def test_after_a_hand_off_the_agent_is_silent(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, UNANSWERABLE)
    await client.sessions.reply(session.id)
    await clock.settle()
    await given_message(client, session, QUESTION)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.reply(session.id)

    assert refused.value.code == "no_agent"
    assert await texts_of_agents(client, session) == [HAND_OFF_TEXT]


async def test_a_person_can_give_the_session_back(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, UNANSWERABLE)
    await client.sessions.reply(session.id)
    await clock.settle()
    ana = await given_person(client)
    await client.sessions.transfer(session.id, ana.id)
    await given_message(client, session, QUESTION)

    await client.sessions.transfer(session.id, server.ours.agent_id, auto_reply=True)
    await clock.settle()

    said = await texts_of_agents(client, session)
    assert [text.partition("\n")[0] for text in said] == [HAND_OFF_TEXT, ANSWER]


async def test_an_engine_that_fails_three_times_is_relieved_by_a_person(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    session = await given_failing_session(client, server)

    await client.sessions.reply(session.id)
    await clock.advance(2.999)
    before = await texts_of_agents(client, session)
    await clock.advance(0.001)

    assert before == []
    handed = await client.sessions.get(session.id)
    assert (handed.agent, handed.epoch) == (None, 2)
    assert await texts_of_agents(client, session) == [FAILURE_TEXT]
    assert server.outcomes() == [("hand_off", "run_failed")]
    assert events.types[-2:] == ["message.created", "session.transferred"]


async def test_a_failed_run_and_its_job_say_what_failed(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_failing_session(client, server)

    await client.sessions.reply(session.id)
    await clock.advance(3)

    [run] = server.rows("runs")
    [job] = server.rows("jobs", name="answer_session")
    assert run["status"] == "failed"
    assert "kb_gone" in run["last_error"]["message"]
    assert (job["status"], job["attempts"]) == ("parked", 3)
    assert "kb_gone" in job["last_error"]


async def test_a_failing_run_says_nothing_once_the_session_is_closed(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    session = await given_failing_session(client, server)
    await client.sessions.reply(session.id)
    await clock.advance(1)

    await client.sessions.finish(session.id)
    await clock.advance(60)

    assert await texts_of_agents(client, session) == []
    assert server.outcomes() == [("silence", "session_closed")]
    assert events.of_type("session.transferred") == []
    assert [run["status"] for run in server.rows("runs")] == ["cancelled"]


async def test_a_parked_reply_does_not_stand_in_the_way_of_the_next(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_failing_session(client, server)
    await client.sessions.reply(session.id)
    await clock.advance(3)

    await client.sessions.transfer(session.id, server.ours.agent_id, auto_reply=True)
    await clock.settle()

    said = await texts_of_agents(client, session)
    assert [text.partition("\n")[0] for text in said] == [FAILURE_TEXT, ANSWER]


async def test_an_assistant_that_does_not_exist_is_relieved_at_once(
    client: Conversations, clock: Clock, server: Server
) -> None:
    agent = await given_ghost(client, server)
    session = await given_session(client, agent_id=agent.id)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    assert await texts_of_agents(client, session) == [FAILURE_TEXT]
    assert server.outcomes() == [("hand_off", "assistant_not_found")]
    assert (await client.sessions.get(session.id)).agent is None
