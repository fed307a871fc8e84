from __future__ import annotations

import asyncio
import json

import pytest
from given_platform import given_closed_session, given_message, given_session
from in_process import Clock, RecordedEvents

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError


async def test_finishing_closes_the_session_and_grows_the_epoch(
    client: Conversations, clock: Clock
) -> None:
    session = await given_session(client)
    await clock.advance(1)

    finished = await client.sessions.finish(session.id)

    assert (finished.status, finished.epoch) == ("closed", 2)
    assert finished.closed_at == finished.updated_at == clock.now
    assert finished.agent == session.agent
    assert await client.sessions.get(session.id) == finished


async def test_finishing_is_announced_as_the_session_was_after_it(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    finished = await client.sessions.finish(session.id)

    [announced] = events.of_type("session.finished")
    assert json.loads(announced["data"])["object"] == json.loads(finished.model_dump_json())


async def test_finishing_a_closed_session_changes_and_announces_nothing(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_closed_session(client)
    before = events.types

    again = await client.sessions.finish(session.id)

    assert again == session
    assert events.types == before


async def test_of_many_finishes_at_once_one_announces(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    answers = await asyncio.gather(*(client.sessions.finish(session.id) for _ in range(20)))

    assert {answer.epoch for answer in answers} == {2}
    assert len(events.of_type("session.finished")) == 1


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_survey_that_does_not_exist_is_refused(
    client: Conversations, is_closed: bool
) -> None:
    session = await (given_closed_session if is_closed else given_session)(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.finish(session.id, ending_survey_id="surv_none")

    assert refused.value.code == "survey_not_found"
    assert await client.sessions.get(session.id) == session


async def test_finishing_a_session_that_does_not_exist_is_refused(client: Conversations) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.finish("sess_none")

    assert refused.value.code == "session_not_found"


@pytest.mark.parametrize("role", ["user", "assistant"])
async def test_a_message_on_a_closed_session_is_refused(
    client: Conversations, events: RecordedEvents, role: str
) -> None:
    session = await given_closed_session(client)

    with pytest.raises(ValidationError) as refused:
        await given_message(client, session, role=role)  # type: ignore[arg-type]  # each role

    assert refused.value.code == "session_closed"
    assert events.of_type("message.created") == []
