"""The two bases of every object on the wire, and the value of an argument that was not given."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel


class WireModel(BaseModel, extra="ignore"):
    """An object that the server sends.

    Fields that this version does not know are dropped, so that an old client survives a new
    server.
    """


class RequestModel(BaseModel, extra="forbid", strict=True):
    """A body that a client sends.

    It is closed and strict: a misspelt field or a number sent as text is an error, not silence.
    """


class NotGiven:
    """The type of `NOT_GIVEN`."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
"""The default of an argument for which `None` means something: it is left out of the body."""
