"""The bases of every object on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Type

from pydantic import BaseModel, JsonValue, ValidationError

from .not_given import NOT_GIVEN as NOT_GIVEN
from .not_given import NotGiven as NotGiven

# Checked value by value when it comes from Python, where a set or an object would otherwise be
# sent as something else; free when it is read from JSON.
JsonObject = Dict[str, JsonValue]


class WireModel(BaseModel, extra="ignore"):
    """An object that the server sends.

    Fields that this version does not know are dropped, so that an old client survives a new
    server.
    """


class SharedModel(WireModel):
    """An object that both sides send.

    Received, it is as tolerant as every `WireModel`. Made by hand, with a misspelt field, it is
    refused, as a body would be: dropped in silence, what the field said would be lost.
    """

    if not TYPE_CHECKING:  # A type checker sees the fields, which say more.

        def __new__(cls, /, *args: Any, **given: Any) -> Any:
            # Reading an answer makes an object without arguments, and then fills it.
            if given and not given.keys() <= cls.model_fields.keys():
                raise _unknown_fields(cls, given)
            return super().__new__(cls)


def _unknown_fields(model: Type[BaseModel], given: Dict[str, Any]) -> ValidationError:
    return ValidationError.from_exception_data(
        model.__name__,
        [
            {"type": "extra_forbidden", "loc": (name,), "input": value}
            for name, value in given.items()
            if name not in model.model_fields
        ],
    )


class RequestModel(BaseModel, extra="forbid", strict=True, allow_inf_nan=False):
    """A body that a client sends.

    It is closed and strict: a misspelt field or a number sent as text is an error, not silence.
    So are NaN and infinity, for which JSON has no word.
    """
