from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from given_conversations import MESSAGE, given_client
from scripted_network import ScriptedNetwork, problem

from antonnia.conversations import types
from antonnia.conversations.exceptions import APIConnectionError, ConflictError
from antonnia.conversations.types import MessageContentImage, MessageContentText, UnknownContent


def message(**more: Any) -> httpx.Response:
    return httpx.Response(201, json={**MESSAGE, **more})


async def test_create_takes_the_founding_positions() -> None:
    network = ScriptedNetwork(message())

    created = await given_client(network).sessions.messages.create(
        "sess_1", MessageContentText(type="text", text="Hello"), "user", "wa_1", "wa_0"
    )

    assert isinstance(created.content, MessageContentText)
    assert network.requests[0].url.path == "/conversations/v2/sessions/sess_1/messages"
    assert network.bodies == [
        {
            "content": {
                "type": "text",
                "text": "Hello",
                "template_id": None,
                "template_parameters": None,
            },
            "role": "user",
            "provider_message_id": "wa_1",
            "replied_provider_message_id": "wa_0",
        }
    ]


async def test_create_sends_the_type_that_is_a_default() -> None:
    network = ScriptedNetwork(message())

    await given_client(network).sessions.messages.create(
        "sess_1",
        MessageContentImage(url="https://example.com/a.jpg"),
        agent_id="agent_1",
        run_id="run_1",
        if_epoch=2,
        idempotency_key="k1",
    )

    assert network.bodies == [
        {
            "content": {"type": "image", "url": "https://example.com/a.jpg"},
            "role": "user",
            "agent_id": "agent_1",
            "run_id": "run_1",
        }
    ]
    assert network.sent("if-session-epoch") == ["2"]
    assert network.sent("idempotency-key") == ["k1"]


async def test_another_content_under_a_provider_id_is_a_conflict_and_not_tried_again() -> None:
    network = ScriptedNetwork(problem(409, "provider_message_id_conflict"))

    with pytest.raises(ConflictError):
        await given_client(network).sessions.messages.create(
            "sess_1", MessageContentText(text="a"), provider_message_id="wa_1"
        )

    assert network.sleeps == []


async def test_get_encodes_both_ids() -> None:
    network = ScriptedNetwork(message())

    await given_client(network).sessions.messages.get("sess/1", "msg?1")

    path = b"/conversations/v2/sessions/sess%2F1/messages/msg%3F1"
    assert network.requests[0].url.raw_path == path


async def test_update_takes_the_published_positions() -> None:
    network = ScriptedNetwork(message())
    at = datetime(2026, 1, 2, tzinfo=timezone.utc)

    await given_client(network).sessions.messages.update(
        "sess_1", "msg_1", "wa_1", "wa_0", "failed", 131, "no such number", at, if_epoch=2
    )

    assert network.requests[0].method == "PATCH"
    assert network.sent("if-session-epoch") == ["2"]
    assert network.bodies == [
        {
            "provider_message_id": "wa_1",
            "replied_provider_message_id": "wa_0",
            "delivery_status": "failed",
            "delivery_error_code": 131,
            "delivery_error_message": "no such number",
            "delivered_at": "2026-01-02T00:00:00Z",
        }
    ]


async def test_search_within_a_session_and_across_all() -> None:
    network = ScriptedNetwork(*[httpx.Response(200, json=[MESSAGE]) for _ in range(2)])
    messages = given_client(network).sessions.messages

    await messages.search("sess_1", None, None, 0, 50, role="user", order="desc")
    found = await messages.search(provider_message_id="wa_1", cursor="c1")

    assert [one.position for one in found] == [1]
    assert [request.url.path for request in network.requests] == [
        "/conversations/v2/sessions/sess_1/messages/search",
        "/conversations/v2/messages/search",
    ]
    assert network.bodies == [
        {"role": "user", "order": "desc", "offset": 0, "limit": 50},
        {"provider_message_id": "wa_1", "cursor": "c1"},
    ]


CONTENTS = [
    {"type": "text", "text": "a", "template_id": "t", "template_parameters": {"n": [1]}},
    {"type": "image", "url": "u"},
    {"type": "video", "url": "u"},
    {"type": "audio", "url": "u", "transcript": "t"},
    {"type": "file", "url": "u", "mime_type": "m", "name": "n"},
    {"type": "function_call", "id": "i", "name": "n", "input": "{}"},
    {"type": "function_result", "id": "i", "name": "n", "output": "{}"},
    {"type": "thought", "thought": "t"},
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content["type"])
async def test_every_content_arrives_as_its_class(content: dict) -> None:
    network = ScriptedNetwork(message(content=content))

    received = await given_client(network).sessions.messages.get("sess_1", "msg_1")

    words = content["type"].split("_")
    assert type(received.content).__name__ == "MessageContent" + "".join(map(str.title, words))
    assert received.content.model_dump() == content


async def test_what_a_newer_server_adds_is_no_error() -> None:
    content = {"type": "location", "latitude": 1.5}
    network = ScriptedNetwork(message(content=content, role="system", delivery_status="queued"))

    received = await given_client(network).sessions.messages.get("sess_1", "msg_1")

    assert isinstance(received.content, UnknownContent)
    assert received.content.model_dump() == content
    assert received.role == "system"
    assert received.delivery_status == "queued"


@pytest.mark.parametrize(
    "content", [{"type": "text"}, {"type": "image", "url": 7}, {"text": "a"}, "a", None]
)
async def test_broken_content_of_a_known_type_is_an_error(content: object) -> None:
    network = ScriptedNetwork(message(content=content))

    with pytest.raises(APIConnectionError, match="unreadable answer"):
        await given_client(network).sessions.messages.get("sess_1", "msg_1")


def test_the_published_names_are_importable() -> None:
    names = """
        Session SessionStatus SessionUpdateFields Message MessageRole MessageDeliveryStatus
        MessageContent MessageContentText MessageContentImage MessageContentVideo
        MessageContentAudio MessageContentFile MessageContentFunctionCall
        MessageContentFunctionResult MessageContentThought Agent HumanAgent AIAgent
        AgentUpdateFields create_agent
    """

    assert set(names.split()) <= set(dir(types))
