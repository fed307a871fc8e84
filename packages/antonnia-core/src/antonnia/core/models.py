"""The bases of every object on the wire."""

from __future__ import annotations

from typing import Dict

from pydantic import BaseModel, JsonValue

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


class RequestModel(BaseModel, extra="forbid", strict=True, allow_inf_nan=False):
    """A body that a client sends.

    It is closed and strict: a misspelt field or a number sent as text is an error, not silence.
    So are NaN and infinity, for which JSON has no word.
    """
