"""What a message carries."""

from typing import Literal, Optional, Union

from pydantic import Field, field_validator
from typing_extensions import Annotated

from antonnia.core.models import JsonObject, SharedModel, WireModel


class MessageContentText(SharedModel):
    """Text, at most 65,536 characters."""

    type: Literal["text"] = "text"
    text: str
    template_id: Optional[str] = None
    template_parameters: Optional[JsonObject] = None


class MessageContentImage(SharedModel):
    """An image at a URL."""

    type: Literal["image"] = "image"
    url: str


class MessageContentVideo(SharedModel):
    """A video at a URL."""

    type: Literal["video"] = "video"
    url: str


class MessageContentAudio(SharedModel):
    """Sound at a URL, with what was said if it is known."""

    type: Literal["audio"] = "audio"
    url: str
    transcript: Optional[str] = None


class MessageContentFile(SharedModel):
    """A file at a URL."""

    type: Literal["file"] = "file"
    url: str
    mime_type: str
    name: str


class MessageContentFunctionCall(SharedModel):
    """A call of a function by an AI agent; `input` is JSON as text."""

    type: Literal["function_call"] = "function_call"
    id: str
    name: str
    input: str


class MessageContentFunctionResult(SharedModel):
    """The result of the function call with the same `id`; `output` is JSON as text."""

    type: Literal["function_result"] = "function_result"
    id: str
    name: str
    output: str


class MessageContentThought(SharedModel):
    """What an AI agent thought; never shown to the contact."""

    type: Literal["thought"] = "thought"
    thought: str


KNOWN_CONTENT_TYPES = frozenset(
    ["text", "image", "video", "audio", "file", "function_call", "function_result", "thought"]
)


class UnknownContent(WireModel, extra="allow"):
    """Content of a type that this version does not know; its fields are kept as they came."""

    type: str

    @field_validator("type")
    @classmethod
    def _refuse_known_types(cls, value: str) -> str:
        # Broken content of a known type is an error, not unknown content.
        if value in KNOWN_CONTENT_TYPES:
            raise ValueError(f"a field of the {value!r} content is missing or wrong")
        return value


MessageContent = Annotated[
    Union[
        MessageContentText,
        MessageContentImage,
        MessageContentVideo,
        MessageContentAudio,
        MessageContentFile,
        MessageContentFunctionCall,
        MessageContentFunctionResult,
        MessageContentThought,
    ],
    Field(discriminator="type"),
]
"""What can be sent."""

# Tried in this order, a known type costs one look at the discriminator; a callable discriminator
# or a plain union would cost every message of a list more.
ReceivedContent = Annotated[
    Union[MessageContent, UnknownContent], Field(union_mode="left_to_right")
]
"""What can be received: everything that can be sent, and what a newer server may add."""
