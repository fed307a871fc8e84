from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_message,
    given_session,
    messages_of,
    problem_of,
)
from in_process import RecordedEvents

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ConflictError


async def test_the_same_id_and_content_again_finds_the_first_message(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    first = await given_message(client, session, provider_message_id="wamid.1")

    again = await given_message(client, session, provider_message_id="wamid.1")

    assert again == first
    assert len(events.of_type("message.created")) == 1
    assert await messages_of(client, session) == [first]


async def test_the_first_post_answers_201_and_the_next_200(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    body = {"content": {"type": "text", "text": "Hi"}, "provider_message_id": "wamid.1"}

    answers = [await http.post(f"{SESSIONS}/{session.id}/messages", json=body) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.content for answer in answers}) == 1


async def test_of_many_posts_at_once_one_is_kept(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    answers = await asyncio.gather(
        *(given_message(client, session, provider_message_id="wamid.1") for _ in range(20))
    )

    assert len({answer.id for answer in answers}) == 1
    assert len(events.of_type("message.created")) == 1


async def test_another_content_with_the_same_id_is_a_conflict(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    first = await given_message(client, session, "One", provider_message_id="wamid.1")

    with pytest.raises(ConflictError) as refused:
        await given_message(client, session, "Two", provider_message_id="wamid.1")

    assert refused.value.code == "provider_message_id_conflict"
    assert await messages_of(client, session) == [first]
    assert len(events.of_type("message.created")) == 1


async def test_another_role_with_the_same_id_is_a_conflict(client: Conversations) -> None:
    session = await given_session(client)
    await given_message(client, session, provider_message_id="wamid.1")

    with pytest.raises(ConflictError):
        await given_message(client, session, role="assistant", provider_message_id="wamid.1")


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"a": 1, "b": "x"}, 200),
        ({"b": "x", "a": 1}, 200),
        ({"a": True, "b": "x"}, 409),
        ({"a": 1}, 409),
    ],
)
async def test_contents_are_compared_as_json(
    client: Conversations, http: httpx.AsyncClient, other: dict[str, Any], status: int
) -> None:
    session = await given_session(client)
    content = {"type": "text", "text": "Hi", "template_parameters": {"a": 1, "b": "x"}}
    body = {"content": content, "provider_message_id": "wamid.1"}
    await http.post(f"{SESSIONS}/{session.id}/messages", json=body)

    response = await http.post(
        f"{SESSIONS}/{session.id}/messages",
        json={**body, "content": {**content, "template_parameters": other}},
    )

    assert response.status_code == status


async def test_a_redelivery_after_the_session_closed_finds_the_message(
    client: Conversations,
) -> None:
    session = await given_session(client)
    first = await given_message(client, session, provider_message_id="wamid.1")
    await client.sessions.finish(session.id)

    again = await given_message(client, session, provider_message_id="wamid.1", if_epoch=1)

    assert again == first


async def test_the_id_is_unique_only_within_a_session(client: Conversations) -> None:
    one, other = await given_session(client), await given_session(client)

    first = await given_message(client, one, "One", provider_message_id="wamid.1")
    second = await given_message(client, other, "Two", provider_message_id="wamid.1")

    assert first.id != second.id


async def test_messages_without_an_id_are_all_kept(client: Conversations) -> None:
    session = await given_session(client)

    await given_message(client, session)
    await given_message(client, session)

    assert len(await messages_of(client, session)) == 2


async def test_an_update_gives_a_message_its_id(client: Conversations) -> None:
    session = await given_session(client)
    message = await given_message(client, session, role="assistant")

    await client.sessions.messages.update(session.id, message.id, "wamid.1", "wamid.0")

    found = await client.sessions.messages.search(provider_message_id="wamid.1")
    assert [each.id for each in found] == [message.id]
    assert found[0].replied_provider_message_id == "wamid.0"


async def test_an_update_to_the_id_of_another_message_is_a_conflict(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    await given_message(client, session, provider_message_id="wamid.1")
    message = await given_message(client, session, role="assistant")

    with pytest.raises(ConflictError) as refused:
        await client.sessions.messages.update(
            session.id, message.id, provider_message_id="wamid.1", delivery_status="sent"
        )

    assert refused.value.code == "provider_message_id_conflict"
    assert await client.sessions.messages.get(session.id, message.id) == message
    assert events.of_type("message.updated") == []


async def test_an_update_to_the_id_it_has_already_changes_nothing(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)
    message = await given_message(client, session, provider_message_id="wamid.1")

    same = await client.sessions.messages.update(
        session.id, message.id, provider_message_id="wamid.1"
    )

    assert same == message
    assert events.of_type("message.updated") == []


async def test_an_id_that_was_taken_back_is_free_again(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    first = await given_message(client, session, provider_message_id="wamid.1")
    path = f"{SESSIONS}/{session.id}/messages/{first.id}"
    await http.patch(path, json={"provider_message_id": None})

    second = await given_message(client, session, "Other", provider_message_id="wamid.1")

    assert second.id != first.id


@pytest.mark.parametrize("value", ["", "a" * 256, 5])
@pytest.mark.parametrize("field", ["provider_message_id", "replied_provider_message_id", "run_id"])
async def test_an_id_has_1_to_255_characters(
    client: Conversations, http: httpx.AsyncClient, field: str, value: object
) -> None:
    session = await given_session(client)
    body = {"content": {"type": "text", "text": "Hi"}, field: value}

    response = await http.post(f"{SESSIONS}/{session.id}/messages", json=body)

    assert problem_of(response) == (422, "validation_error")
