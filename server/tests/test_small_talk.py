"""Who greets or thanks is not sent to a person for it."""

from __future__ import annotations

import pytest
from given_platform import given_message, given_session, texts_of_agents
from in_process import ANSWER, QUESTION, Clock, Server

from antonnia.conversations import Conversations
from antonnia_server.orchestrator.service import SMALL_TALK_TEXT


@pytest.mark.parametrize("text", ["hello", "Good morning!", "thanks", "Thank you very much", "ok"])
async def test_small_talk_is_answered_and_the_agent_stays(
    client: Conversations, clock: Clock, server: Server, text: str
) -> None:
    session = await given_session(client)
    await given_message(client, session, text)

    await client.sessions.reply(session.id)
    await clock.settle()

    assert await texts_of_agents(client, session) == [SMALL_TALK_TEXT]
    assert server.outcomes() == [("answer", None)]
    assert (await client.sessions.get(session.id)).epoch == session.epoch
    assert server.rows("gaps") == []


async def test_a_greeting_before_a_question_changes_nothing(
    client: Conversations, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session, "Hello!")
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    [text] = await texts_of_agents(client, session)
    assert text.startswith(ANSWER)
