import copy
import pickle
from typing import Any, Type

import pydantic
import pytest
from given_conversations import MESSAGE

from antonnia.conversations.types import (
    Message,
    MessageContentAudio,
    MessageContentFile,
    MessageContentFunctionCall,
    MessageContentFunctionResult,
    MessageContentImage,
    MessageContentText,
    MessageContentThought,
    MessageContentVideo,
    UnknownContent,
)

CLASSES = {
    MessageContentText: {"text": "a"},
    MessageContentImage: {"url": "u"},
    MessageContentVideo: {"url": "u"},
    MessageContentAudio: {"url": "u"},
    MessageContentFile: {"url": "u", "mime_type": "m", "name": "n"},
    MessageContentFunctionCall: {"id": "i", "name": "n", "input": "{}"},
    MessageContentFunctionResult: {"id": "i", "name": "n", "output": "{}"},
    MessageContentThought: {"thought": "t"},
}


@pytest.mark.parametrize("content_class", CLASSES)
def test_content_made_with_a_misspelt_field_is_refused(content_class: Type[Any]) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        content_class(**CLASSES[content_class], transkript="hello", mimetype="m")

    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [
        (("transkript",), "extra_forbidden"),
        (("mimetype",), "extra_forbidden"),
    ]


@pytest.mark.parametrize("content_class", CLASSES)
def test_content_is_received_with_fields_that_a_newer_server_has(content_class: Type[Any]) -> None:
    fields = CLASSES[content_class]
    expected = content_class(**fields)
    content = {**fields, "type": expected.type, "added_later": 1}

    message = Message.model_validate({**MESSAGE, "content": content})

    assert message.content == expected
    assert content_class.model_validate(content) == expected
    assert not hasattr(message.content, "added_later")


def test_a_field_that_is_missing_is_named_as_before() -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        MessageContentFile(url="u", name="n")  # type: ignore[call-arg]  # that is the test

    assert [error["loc"] for error in refused.value.errors()] == [("mime_type",)]


def test_content_can_be_copied_and_pickled() -> None:
    content = MessageContentAudio(url="u", transcript="hello")

    assert copy.copy(content) == copy.deepcopy(content) == content
    assert content.model_copy(update={"url": "v"}).transcript == "hello"
    assert pickle.loads(pickle.dumps(content)) == content


def test_unknown_content_takes_every_field() -> None:
    assert UnknownContent(type="location", latitude=1.5).model_extra == {"latitude": 1.5}
