"""Times that a client sends."""

from __future__ import annotations

import re
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationInfo, WrapValidator
from pydantic_core import PydanticCustomError
from typing_extensions import Annotated

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_TIME: TypeAdapter[Any] = TypeAdapter(AwareDatetime)


def _parse(value: Any, handler: Any, info: ValidationInfo) -> Any:
    if info.mode != "json" or not isinstance(value, str):
        return handler(value)
    if not _RFC_3339.fullmatch(value):
        raise PydanticCustomError(
            "datetime_parsing", "must be a time such as 2026-01-31T12:00:00Z", {"error": ""}
        )
    return _TIME.validate_strings(value, strict=True)


# As JSON it is RFC 3339 and nothing else: the parser by itself also takes a number in quotes for
# seconds since 1970, or times without seconds.
Moment = Annotated[AwareDatetime, WrapValidator(_parse)]
"""A time with its zone."""
