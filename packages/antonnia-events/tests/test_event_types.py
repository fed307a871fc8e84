"""Events get the class of their type."""

from __future__ import annotations

import json
import pickle
from typing import Any, Dict, List, Type

import pydantic
import pytest
from given_events import MESSAGE, SESSION, WEBHOOK, event

from antonnia.events.types import (
    KNOWN_EVENT_TYPES,
    AnyEvent,
    Event,
    EventBase,
    MessageCreated,
    MessageUpdated,
    SessionCreated,
    SessionFinished,
    SessionTransferred,
    SessionUpdated,
    UnknownEvent,
    WebhookDisabled,
    WebhookTest,
)

CLASSES: Dict[str, Type[Event]] = {
    "session.created": SessionCreated,
    "session.updated": SessionUpdated,
    "session.transferred": SessionTransferred,
    "session.finished": SessionFinished,
    "message.created": MessageCreated,
    "message.updated": MessageUpdated,
    "webhook.test": WebhookTest,
    "webhook.disabled": WebhookDisabled,
}
OBJECTS = {"session": SESSION, "message": MESSAGE, "webhook": WEBHOOK}


def given(type: str) -> Dict[str, Any]:
    return event(type, OBJECTS[type.split(".")[0]])


def test_every_known_type_has_a_class() -> None:
    assert set(CLASSES) == KNOWN_EVENT_TYPES


@pytest.mark.parametrize("type", sorted(CLASSES))
def test_an_event_gets_the_class_of_its_type_however_it_is_read(type: str) -> None:
    data = given(type)

    read = [
        Event.model_validate(data),
        Event.model_validate_json(json.dumps(data)),
        Event(**data),
        CLASSES[type].model_validate(data),
        pydantic.TypeAdapter(List[Event]).validate_json(json.dumps([data]))[0],
        pydantic.TypeAdapter(AnyEvent).validate_python(data),
    ]

    assert {each.__class__ for each in read} == {CLASSES[type]}
    assert all(each == read[0] for each in read)
    assert read[0].data.object.id == data["data"]["object"]["id"]


def test_an_event_of_a_type_that_is_not_known_keeps_everything() -> None:
    data = {**event("moon.landed", {"id": "moon_1", "crater": 7}, action="softly"), "extra": 1}

    read = Event.model_validate(data)

    assert isinstance(read, UnknownEvent)
    assert read.type == "moon.landed"
    assert read.data == {"object": {"id": "moon_1", "crater": 7}, "action": "softly"}
    assert read.model_dump(mode="json") == data
    assert isinstance(Event(**data), UnknownEvent)
    assert isinstance(pydantic.TypeAdapter(AnyEvent).validate_python(data), UnknownEvent)


def test_a_known_event_survives_fields_that_are_not_known() -> None:
    data = event("session.finished", {**SESSION, "new": 1}, action="expired", new=2)

    read = Event.model_validate({**data, "new": 3})

    assert isinstance(read, SessionFinished)
    assert read.data.action == "expired"


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        "text",
        None,
        event("message.created", {}),
        {**given("message.created"), "type": None},
        {**given("message.created"), "type": ["message.created"]},
        {**given("message.created"), "data": None},
        {**given("session.created"), "position": "first"},
    ],
)
def test_a_broken_event_is_an_error_and_not_an_unknown_one(broken: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        Event.model_validate(broken)
    with pytest.raises(pydantic.ValidationError):
        pydantic.TypeAdapter(AnyEvent).validate_python(broken)


def test_an_event_is_of_another_class_than_asked_for_only_if_any_was_asked_for() -> None:
    with pytest.raises(pydantic.ValidationError):
        SessionCreated.model_validate(given("message.created"))


def test_an_event_keeps_its_class_when_it_is_stored_and_copied() -> None:
    read = Event.model_validate(given("message.created"))

    for again in (pickle.loads(pickle.dumps(read)), read.model_copy(), Event.model_validate(read)):
        assert again.__class__ is MessageCreated
        assert again == read


def test_what_has_happened_does_not_change() -> None:
    read = Event.model_validate(given("message.created"))

    with pytest.raises(pydantic.ValidationError):
        read.type = "message.updated"  # type: ignore[misc]


def test_an_event_of_ones_own_has_the_fields_of_all() -> None:
    class MoonData(pydantic.BaseModel):
        crater: int

    read = EventBase[MoonData, str].model_validate(
        {**event("moon.landed", {}), "data": {"crater": 7}}
    )

    assert read.data.crater == 7
