"""Following what happens: events as objects, resumed after a lost connection."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import httpx
import pytest
from given_events import MESSAGE, SESSION, event, given_client
from scripted_network import ScriptedNetwork, problem

from antonnia.core import EventStream
from antonnia.events import MessageCreated, SessionFinished, SyncEvents, UnknownEvent
from antonnia.events.exceptions import APIError, ValidationError
from antonnia.events.types import Event

FIRST = event("message.created", MESSAGE, 7)
SECOND = event("session.finished", SESSION, 9)
THIRD = event("moon.landed", {"id": "moon_1"}, 12)


def streaming(*events: Dict[str, Any]) -> httpx.Response:
    """An answer that streams these, and ends."""
    content = "".join(
        f"id: {each['position']}\nevent: {each['type']}\ndata: {json.dumps(each)}\n\n"
        for each in events
    )
    return httpx.Response(200, text=content, headers={"Content-Type": "text/event-stream"})


async def taken(stream: EventStream[Event], count: int) -> List[Event]:
    return [await stream.__anext__() for _ in range(count)]


async def test_events_come_as_the_class_of_their_type_and_go_on_after_the_last() -> None:
    network = ScriptedNetwork(streaming(FIRST, SECOND), httpx.ReadError("lost"), streaming(THIRD))

    async with given_client(network).stream() as stream:
        events = await taken(stream, 3)

    assert [type(each) for each in events] == [MessageCreated, SessionFinished, UnknownEvent]
    assert [each.position for each in events] == [7, 9, 12]
    assert network.sent("last-event-id") == [None, "9", "9"]
    assert len(network.sleeps) == 2


async def test_what_is_wanted_and_from_where_is_said() -> None:
    network = ScriptedNetwork(streaming(FIRST))

    async with given_client(network).stream(["session.*", "message.created"], after=0) as stream:
        await taken(stream, 1)

    [request] = network.requests
    assert request.url.path == "/events/v1/stream"
    assert dict(request.url.params) == {"types": "session.*,message.created"}
    assert request.headers["last-event-id"] == "0"
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["authorization"] == "Bearer tok_secret"


async def test_a_log_that_is_not_kept_so_long_is_an_error() -> None:
    network = ScriptedNetwork(problem(410, "events_expired"))

    async with given_client(network).stream(after=1) as stream:
        with pytest.raises(APIError) as refused:
            await taken(stream, 1)

    assert refused.value.code == "events_expired"
    assert network.sleeps == []


@pytest.mark.parametrize("types", [[], ["Session"], ["session.created&after=1"]])
def test_what_cannot_be_a_type_is_refused_at_once(types: List[str]) -> None:
    with pytest.raises(ValidationError):
        given_client(ScriptedNetwork()).stream(types)


def test_the_twin_follows_in_a_for_loop() -> None:
    network = ScriptedNetwork(streaming(FIRST), streaming(SECOND))
    positions: List[int] = []
    with SyncEvents("t", http_client=httpx.Client(transport=network)) as client:
        stream = client.stream(["*"])
        stream._line.sleep = network.sleep_sync
        for each in stream:
            positions.append(each.position)
            if len(positions) == 2:
                stream.close()

    assert positions == [7, 9]
    assert network.sent("last-event-id") == [None, "7"]
