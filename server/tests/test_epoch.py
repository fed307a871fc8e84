from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_message,
    given_person,
    given_session,
    given_waiting_session,
    problem_of,
)
from in_process import RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import PreconditionFailedError
from antonnia.conversations.types import MessageContentText, Session

Write = Callable[[Conversations, Session, int], Awaitable[object]]

WRITES: dict[str, Write] = {
    "transfer": lambda client, session, epoch: client.sessions.transfer(
        session.id, None, if_epoch=epoch
    ),
    "finish": lambda client, session, epoch: client.sessions.finish(session.id, if_epoch=epoch),
    "reply": lambda client, session, epoch: client.sessions.reply(session.id, if_epoch=epoch),
    "update": lambda client, session, epoch: client.sessions.update(
        session.id, {"contact_name": "Joan"}, if_epoch=epoch
    ),
    "message": lambda client, session, epoch: client.sessions.messages.create(
        session.id, MessageContentText(text="Hi"), "assistant", if_epoch=epoch
    ),
}


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_decided_on_the_present_epoch_is_done(
    client: Conversations, name: str
) -> None:
    session = await given_session(client)

    await WRITES[name](client, session, 1)


@pytest.mark.parametrize("epoch", [0, 1, 3])
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_decided_on_another_epoch_writes_nothing(
    client: Conversations, events: RecordedEvents, server: Server, name: str, epoch: int
) -> None:
    session = await given_session(client)
    session = await client.sessions.finish(session.id)
    session = await client.sessions.update(session.id, {"status": "open"})
    session = await client.sessions.transfer(session.id, None)
    before = events.types

    with pytest.raises(PreconditionFailedError) as refused:
        await WRITES[name](client, session, epoch)

    assert (refused.value.status_code, refused.value.code) == (412, "epoch_changed")
    assert await client.sessions.get(session.id) == session
    assert events.types == before
    assert server.rows("messages") == server.rows("reply_windows") == []


async def test_an_update_of_a_message_follows_the_epoch_too(client: Conversations) -> None:
    session = await given_session(client)
    message = await given_message(client, session, role="assistant")
    await client.sessions.transfer(session.id, None)

    with pytest.raises(PreconditionFailedError):
        await client.sessions.messages.update(
            session.id, message.id, delivery_status="sent", if_epoch=1
        )

    assert await client.sessions.messages.get(session.id, message.id) == message


@pytest.mark.parametrize("value", ["", "one", "-1", "1.0", "+1", "0x1", "١", "9" * 19])
async def test_an_epoch_that_is_no_number_is_refused(
    client: Conversations, http: httpx.AsyncClient, value: str
) -> None:
    session = await given_session(client)
    headers = {b"If-Session-Epoch": value.encode()}

    response = await http.post(f"{SESSIONS}/{session.id}/finish", headers=headers)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["header", "If-Session-Epoch"]


async def _epoch(client: Conversations, session: Session) -> int:
    return (await client.sessions.get(session.id)).epoch


async def test_a_message_of_the_contact_does_not_grow_the_epoch(client: Conversations) -> None:
    held = await given_session(client)
    waiting = await given_waiting_session(client)

    await given_message(client, held)
    await given_message(client, waiting)

    assert await _epoch(client, held) == 1
    assert await _epoch(client, waiting) == 2


async def test_a_message_of_the_ai_agent_does_not_grow_the_epoch(
    client: Conversations, server: Server
) -> None:
    session = await given_session(client)

    await given_message(client, session, role="assistant")
    await given_message(client, session, role="assistant", agent_id=server.ours.agent_id)

    assert await _epoch(client, session) == 1


async def test_a_message_of_the_person_who_holds_the_session_grows_the_epoch(
    client: Conversations,
) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)

    message = await given_message(client, session, role="assistant")

    assert message.agent_id == ana.id
    assert await _epoch(client, session) == 2


async def test_a_message_of_a_person_beside_the_ai_agent_grows_the_epoch(
    client: Conversations,
) -> None:
    ana = await given_person(client)
    session = await given_session(client)

    message = await given_message(client, session, role="assistant", agent_id=ana.id)

    assert message.agent_id == ana.id
    assert await _epoch(client, session) == 2


async def test_an_assistant_message_where_nobody_holds_the_session_grows_the_epoch(
    client: Conversations,
) -> None:
    session = await given_waiting_session(client)

    message = await given_message(client, session, role="assistant")

    assert message.agent_id is None
    assert await _epoch(client, session) == 3


async def test_an_ai_agents_message_where_a_person_holds_the_session_grows_the_epoch(
    client: Conversations, server: Server
) -> None:
    ana = await given_person(client)
    session = await given_session(client, agent_id=ana.id)

    await given_message(client, session, role="assistant", agent_id=server.ours.agent_id)

    assert await _epoch(client, session) == 2


async def test_reading_and_delivery_do_not_grow_the_epoch(client: Conversations) -> None:
    session = await given_session(client)
    message = await given_message(client, session, role="assistant")

    await client.sessions.messages.update(session.id, message.id, delivery_status="read")
    await client.sessions.reply(session.id, 30)
    await client.sessions.update(session.id, {"metadata": {"a": 1}})

    assert await _epoch(client, session) == 1
