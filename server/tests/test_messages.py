from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from given_platform import (
    SESSIONS,
    given_message,
    given_person,
    given_session,
    messages_of,
    problem_of,
)
from in_process import Clock, RecordedEvents, Server

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import NotFoundError
from antonnia.conversations.types import (
    MessageContentAudio,
    MessageContentFile,
    MessageContentFunctionCall,
    MessageContentFunctionResult,
    MessageContentImage,
    MessageContentText,
    MessageContentThought,
    MessageContentVideo,
)

CONTENTS = [
    MessageContentText(text="Hi ✓ \U0001f600"),
    MessageContentText(text="Hi", template_id="t1", template_parameters={"a": [1, None, {"b": 2}]}),
    MessageContentImage(url="https://example.com/a.png"),
    MessageContentVideo(url="https://example.com/a.mp4"),
    MessageContentAudio(url="https://example.com/a.ogg"),
    MessageContentAudio(url="https://example.com/a.ogg", transcript="Hello"),
    MessageContentFile(url="https://example.com/a.pdf", mime_type="application/pdf", name="a.pdf"),
    MessageContentFunctionCall(id="1", name="book", input='{"day": 1}'),
    MessageContentFunctionResult(id="1", name="book", output='"done"'),
    MessageContentThought(thought="Hm."),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.type)
async def test_every_content_comes_back_as_it_was_posted(
    client: Conversations, content: Any
) -> None:
    session = await given_session(client)

    posted = await client.sessions.messages.create(session.id, content)

    read = await client.sessions.messages.get(session.id, posted.id)
    assert read == posted
    assert read.content == content
    assert type(read.content) is type(content)


async def test_a_message_of_the_contact_starts_delivered(
    client: Conversations, clock: Clock, server: Server
) -> None:
    session = await given_session(client)

    message = await given_message(client, session, replied_provider_message_id="wamid.0")

    assert message.id.startswith("msg_")
    assert (message.session_id, message.conversation_id) == (session.id, session.conversation_id)
    assert message.organization_id == server.ours.id
    assert (message.role, message.agent_id, message.position) == ("user", None, 1)
    assert (message.delivery_status, message.delivered_at) == ("delivered", clock.now)
    assert message.replied_provider_message_id == "wamid.0"
    assert (message.created_at, message.updated_at) == (clock.now, None)


async def test_a_message_of_an_agent_starts_pending(client: Conversations, server: Server) -> None:
    session = await given_session(client)

    message = await given_message(client, session, role="assistant", run_id="run_1")

    assert (message.role, message.agent_id) == ("assistant", server.ours.agent_id)
    assert (message.delivery_status, message.delivered_at) == ("pending", None)
    assert message.run_id == "run_1"


async def test_a_message_is_announced_as_it_was(
    client: Conversations, events: RecordedEvents
) -> None:
    session = await given_session(client)

    message = await given_message(client, session)

    [announced] = events.of_type("message.created")
    assert json.loads(announced["data"])["object"] == json.loads(message.model_dump_json())


async def test_positions_count_from_one_without_gaps_or_doubles(client: Conversations) -> None:
    session, other = await given_session(client), await given_session(client)

    await asyncio.gather(*(given_message(client, session, str(n)) for n in range(20)))
    await given_message(client, other)

    assert [m.position for m in await messages_of(client, session)] == list(range(1, 21))
    assert [m.position for m in await messages_of(client, other)] == [1]


async def test_a_message_that_was_refused_takes_no_position(client: Conversations) -> None:
    session = await given_session(client)
    with pytest.raises(NotFoundError):
        await given_message(client, session, role="assistant", agent_id="agent_none")

    message = await given_message(client, session)

    assert message.position == 1


async def test_an_agent_is_the_author_that_was_given(client: Conversations) -> None:
    session = await given_session(client)
    ana = await given_person(client)

    message = await given_message(client, session, role="assistant", agent_id=ana.id)

    assert message.agent_id == ana.id


async def test_a_contacts_message_has_no_agent_for_an_author(
    client: Conversations, http: httpx.AsyncClient, server: Server
) -> None:
    session = await given_session(client)
    content = {"type": "text", "text": "Hi"}
    body = {"content": content, "role": "user", "agent_id": server.ours.agent_id}

    response = await http.post(f"{SESSIONS}/{session.id}/messages", json=body)

    assert problem_of(response) == (422, "validation_error")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"type": "sticker", "url": "u"}, "validation_error"),
        ({"text": "no type"}, "validation_error"),
        ({"type": "text"}, "validation_error"),
        ({"type": "text", "text": 5}, "validation_error"),
        ({"type": "text", "text": "Hi", "tekst": "Hi"}, "unknown_field"),
        ({"type": "image", "url": "u", "mime_type": "image/png"}, "unknown_field"),
        ({"type": "function_call", "id": "1", "name": "n", "input": {}}, "validation_error"),
        ("Hi", "validation_error"),
        (None, "validation_error"),
    ],
)
async def test_a_content_that_is_none_is_refused(
    client: Conversations, http: httpx.AsyncClient, content: object, code: str
) -> None:
    session = await given_session(client)

    response = await http.post(f"{SESSIONS}/{session.id}/messages", json={"content": content})

    assert problem_of(response) == (422, code)
    assert response.json()["errors"][0]["loc"][:2] == ["body", "content"]


async def test_content_that_is_only_text_is_shown_how_to_be_written(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    path = f"{SESSIONS}/{session.id}/messages"

    refused = await http.post(path, json={"content": "Hello"})

    assert problem_of(refused) == (422, "validation_error")
    [error] = refused.json()["errors"]
    assert error["loc"] == ["body", "content"]
    said, _, shape = error["msg"].partition("such as ")
    assert said == "must be an object, "
    assert (await http.post(path, json={"content": json.loads(shape)})).status_code == 201


@pytest.mark.parametrize("character", ["a", "\U0001f600"])
async def test_a_text_may_have_65536_characters(client: Conversations, character: str) -> None:
    session = await given_session(client)

    message = await given_message(client, session, character * 65_536)

    assert isinstance(message.content, MessageContentText)
    assert len(message.content.text) == 65_536


async def test_a_longer_text_is_refused(client: Conversations, http: httpx.AsyncClient) -> None:
    session = await given_session(client)
    body = {"content": {"type": "text", "text": "a" * 65_537}}

    response = await http.post(f"{SESSIONS}/{session.id}/messages", json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "content", "text"]


async def test_what_does_not_exist_cannot_be_read(client: Conversations) -> None:
    session, other = await given_session(client), await given_session(client)
    message = await given_message(client, session)

    refusals = []
    for session_id, message_id in [
        ("sess_none", message.id),
        (session.id, "msg_none"),
        (other.id, message.id),
    ]:
        with pytest.raises(NotFoundError) as refused:
            await client.sessions.messages.get(session_id, message_id)
        refusals.append(refused.value.code)

    assert refusals == ["session_not_found", "message_not_found", "message_not_found"]


async def test_a_message_in_a_session_that_does_not_exist_is_refused(
    client: Conversations,
) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.messages.create("sess_none", MessageContentText(text="Hi"))

    assert refused.value.code == "session_not_found"


async def test_messages_are_found_in_the_order_of_their_position(client: Conversations) -> None:
    session = await given_session(client)
    for number in range(5):
        await given_message(client, session, str(number))

    ascending = await client.sessions.messages.search(session.id)
    descending = await client.sessions.messages.search(session.id, order="desc")

    assert [m.position for m in ascending] == [1, 2, 3, 4, 5]
    assert [m.position for m in descending] == [5, 4, 3, 2, 1]


async def test_messages_are_found_by_all_that_is_given(client: Conversations) -> None:
    session, other = await given_session(client), await given_session(client)
    first = await given_message(client, session, provider_message_id="p1")
    answer = await given_message(
        client, session, role="assistant", replied_provider_message_id="p1"
    )
    elsewhere = await given_message(client, other, provider_message_id="p1")
    search = client.sessions.messages.search

    assert {m.id for m in await search()} == {first.id, answer.id, elsewhere.id}
    assert {m.id for m in await search(provider_message_id="p1")} == {first.id, elsewhere.id}
    assert await search(session.id, provider_message_id="p1") == [first]
    assert await search(replied_provider_message_id="p1") == [answer]
    assert await search(session.id, role="assistant") == [answer]
    assert await search(session.id, role="user") == [first]
    assert await search(other.id, replied_provider_message_id="p1") == []


async def test_the_session_may_be_in_the_body_of_either_search(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    message = await given_message(client, session)
    await given_message(client, await given_session(client))

    for path in ["/conversations/v2/messages/search", f"{SESSIONS}/{session.id}/messages/search"]:
        response = await http.post(path, json={"session_id": session.id})

        assert [each["id"] for each in response.json()] == [message.id]


async def test_the_session_of_the_body_equals_that_of_the_path(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session, other = await given_session(client), await given_session(client)
    path = f"{SESSIONS}/{session.id}/messages/search"

    response = await http.post(path, json={"session_id": other.id})

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "session_id"]


async def test_a_search_in_a_session_that_does_not_exist_is_refused(client: Conversations) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.sessions.messages.search("sess_none")

    assert refused.value.code == "session_not_found"
