from __future__ import annotations

import asyncio

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_closed_session,
    given_message,
    given_person,
    given_session,
    given_waiting_session,
    messages_of,
    problem_of,
    texts_of_agents,
)
from in_process import (
    ANSWER,
    OTHER_ANSWER,
    OTHER_QUESTION,
    QUESTION,
    START,
    Clock,
    Place,
    RecordedEvents,
    Server,
    Template,
    serving,
)

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError, ValidationError
from antonnia_server.clock import HandClock, from_datetime


async def test_reply_answers_with_the_session_at_once(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    replied = await client.sessions.reply(session.id, 30)

    assert replied == session
    assert await texts_of_agents(client, session) == []
    assert events.types == ["session.created", "message.created"]


async def test_the_agent_answers_in_the_background(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id)
    await clock.settle()

    [_, answer] = await messages_of(client, session)
    assert answer.content.text == f"{ANSWER}\n\nSource: faq.md"  # type: ignore[union-attr]  # a text
    assert (answer.role, answer.agent_id) == ("assistant", server.ours.agent_id)
    assert (answer.position, answer.delivery_status) == (2, "pending")
    assert server.outcomes() == [("answer", None)]


async def test_the_agent_waits_for_the_contact_to_stop_typing(
    client: Conversations, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id, 10)
    await clock.advance(9.999)
    before = await texts_of_agents(client, session)
    await clock.advance(0.001)

    assert before == []
    assert len(await texts_of_agents(client, session)) == 1


async def test_the_wait_is_counted_from_the_last_call(client: Conversations, clock: Clock) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id, 10)
    await clock.advance(9)
    await client.sessions.reply(session.id, 10)
    await clock.advance(9.999)
    before = await texts_of_agents(client, session)
    await clock.advance(0.001)

    assert before == []
    assert len(await texts_of_agents(client, session)) == 1


async def test_a_shorter_last_call_shortens_the_wait(client: Conversations, clock: Clock) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await client.sessions.reply(session.id, 60)
    await client.sessions.reply(session.id, 2)
    await clock.advance(2)

    assert len(await texts_of_agents(client, session)) == 1


async def test_the_wait_ends_sixty_seconds_after_the_first_call(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    for _ in range(6):
        await client.sessions.reply(session.id, 20)
        await clock.advance(11)

    [window] = server.rows("reply_windows")
    assert server.outcomes() == [("answer", None)]
    assert window["closed_at"] - window["opened_at"] == 60_000_000


async def test_calls_within_the_wait_become_one_window(
    client: Conversations, clock: Clock, server: Server, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await asyncio.gather(*(client.sessions.reply(session.id, 5) for _ in range(20)))
    await clock.advance(5)

    assert server.outcomes() == [("answer", None)]
    assert len(events.of_type("message.created")) == 2


async def test_several_messages_are_answered_by_one(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, "What are your")
    await given_message(client, session, "opening hours?")

    await client.sessions.reply(session.id, 1)
    await clock.advance(1)

    [said] = await texts_of_agents(client, session)
    assert said.startswith(ANSWER)
    [run] = server.rows("runs")
    assert (run["status"], run["input_position"]) == ("completed", 2)


async def test_what_was_answered_is_not_answered_again(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)
    await client.sessions.reply(session.id)
    await clock.settle()

    await client.sessions.reply(session.id)
    await clock.settle()

    assert len(await texts_of_agents(client, session)) == 1
    assert server.outcomes() == [("answer", None), ("silence", "nothing_unanswered")]


async def test_the_next_question_gets_the_next_answer(client: Conversations, clock: Clock) -> None:
    session = await given_session(client)
    for question in [QUESTION, OTHER_QUESTION]:
        await given_message(client, session, question)
        await client.sessions.reply(session.id)
        await clock.settle()

    said = await texts_of_agents(client, session)

    assert [text.partition("\n")[0] for text in said] == [ANSWER, OTHER_ANSWER]


async def test_where_the_contact_said_nothing_the_agent_says_nothing(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)
    await given_message(client, session, "Welcome", role="assistant")

    await client.sessions.reply(session.id)
    await clock.settle()

    assert await texts_of_agents(client, session) == ["Welcome"]
    assert server.outcomes() == [("silence", "nothing_unanswered")]


async def test_sessions_do_not_wait_for_one_another(
    client: Conversations, clock: Clock, server: Server
) -> None:
    one, other = await given_session(client), await given_session(client)
    for session in [one, other]:
        await given_message(client, session, QUESTION)

    await client.sessions.reply(one.id, 50)
    await client.sessions.reply(other.id, 1)
    await clock.advance(1)

    assert await texts_of_agents(client, one) == []
    assert len(await texts_of_agents(client, other)) == 1


async def test_a_person_answers_by_hand(client: Conversations, server: Server) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.reply(session.id)

    assert (refused.value.status_code, refused.value.code) == (422, "agent_not_ai")
    assert server.rows("reply_windows") == []


async def test_nobody_cannot_answer(client: Conversations, server: Server) -> None:
    session = await given_waiting_session(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.reply(session.id)

    assert (refused.value.status_code, refused.value.code) == (422, "no_agent")
    assert server.rows("reply_windows") == []


async def test_a_closed_session_is_not_answered(client: Conversations) -> None:
    session = await given_closed_session(client)

    with pytest.raises(ValidationError) as refused:
        await client.sessions.reply(session.id)

    assert (refused.value.status_code, refused.value.code) == (422, "session_closed")


async def test_a_session_that_does_not_exist_is_not_answered(client: Conversations) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.reply("sess_none")

    assert refused.value.code == "session_not_found"


@pytest.mark.parametrize("seconds", [0, 0.5, 60])
async def test_a_wait_has_0_to_60_seconds(client: Conversations, seconds: float) -> None:
    session = await given_session(client)

    assert await client.sessions.reply(session.id, seconds) == session


@pytest.mark.parametrize("seconds", [-1, 60.001, "5", True, None, 1e300])
async def test_another_wait_is_refused(
    client: Conversations, http: httpx.AsyncClient, seconds: object
) -> None:
    session = await given_session(client)

    response = await http.post(f"{SESSIONS}/{session.id}/reply", json={"debounce_time": seconds})

    assert problem_of(response) == (422, "validation_error")


async def test_a_reply_without_a_body_waits_for_nothing(
    client: Conversations, http: httpx.AsyncClient, clock: Clock
) -> None:
    session = await given_session(client)
    await given_message(client, session, QUESTION)

    await http.post(f"{SESSIONS}/{session.id}/reply")
    await clock.settle()

    assert len(await texts_of_agents(client, session)) == 1


async def _after_the_wait(
    client: Conversations, clock: Clock, server: Server, change: object
) -> list[tuple[str | None, str | None]]:
    """How a window ends if the session changes during the wait."""
    session = await given_session(client)
    await given_message(client, session, QUESTION)
    await client.sessions.reply(session.id, 10)
    await client.sessions.update(session.id, change)  # type: ignore[arg-type]  # any fields
    await clock.advance(10)
    assert await texts_of_agents(client, session) == []
    return server.outcomes()


async def test_a_session_that_closed_during_the_wait_is_not_answered(
    client: Conversations, clock: Clock, server: Server
) -> None:
    ended = await _after_the_wait(client, clock, server, {"status": "closed"})

    assert ended == [("silence", "session_closed")]


async def test_a_session_that_went_to_a_person_during_the_wait_is_not_answered(
    client: Conversations, clock: Clock, server: Server
) -> None:
    ana = await given_person(client)

    ended = await _after_the_wait(client, clock, server, {"agent_id": ana.id})

    assert ended == [("silence", "agent_not_ai")]


async def test_a_session_that_waits_for_a_person_since_is_not_answered(
    client: Conversations, clock: Clock, server: Server
) -> None:
    ended = await _after_the_wait(client, clock, server, {"agent_id": None})

    assert ended == [("silence", "no_agent")]


async def test_a_wait_survives_a_restart(template: Template, database: Place) -> None:
    hand = HandClock(from_datetime(START))
    async with serving(database, template, hand) as first, first.client(first.ours) as client:
        session = await given_session(client)
        await given_message(client, session, QUESTION)
        await client.sessions.reply(session.id, 30)

    async with serving(database, template, hand) as again, again.client(again.ours) as client:
        await Clock(again).advance(30)

        assert len(await texts_of_agents(client, session)) == 1
