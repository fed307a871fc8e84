"""The one function that reads a body."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable
from typing import Any, Never, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from .refusal import BodyTooLarge, MalformedJson, UnknownField, ValidationFailed, place_of
from .wording import field_errors, syntax_error

MAX_BODY_BYTES = 1024 * 1024
# A body can have a hundred thousand mistakes. Naming them all would hold up everyone else.
MAX_DESCRIBED = 100
Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, hold: Callable[[int], None] | None = None) -> bytes:
    """The raw body. `hold` is told of each piece before it is kept, and may refuse it.

    Raises:
        BodyTooLarge: It is over 1 MiB; the rest of it is not read.
        MalformedJson: It is compressed.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise MalformedJson("A body with a Content-Encoding is not read here; send it as it is.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"A body may have at most {MAX_BODY_BYTES:,} bytes.")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BodyTooLarge(f"A body may have at most {MAX_BODY_BYTES:,} bytes.")
        if hold is not None:
            hold(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)


def parse_body(raw: bytes, model: type[Model]) -> Model:
    """The body as `model`, strictly: nothing is converted, nothing unknown passes.

    Raises:
        MalformedJson: It is not JSON in UTF-8.
        UnknownField: A field does not exist.
        ValidationFailed: A field is wrong, or holds what JSON or the storage cannot:
            NaN, Infinity, NUL, a lone surrogate, an integer beyond 64 bits.
    """
    if _SUSPICIOUS.search(raw):
        _refuse_unstorable(raw)
    try:
        return model.model_validate_json(raw or b"{}", strict=True, extra="forbid")
    except ValidationError as error:
        raise _refusal(error, raw) from None


# What may hold a value that JSON or the storage cannot take. Bodies without any of these, nearly
# all of them, are read only once.
_SUSPICIOUS = re.compile(rb"NaN|Infinity|\\u|[0-9]{17}|[0-9][eE]")


class _Unstorable(Exception):
    """A value that JSON or the storage cannot hold."""


# An escape that may stand for a NUL or for half of a surrogate pair.
_BAD_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


def _refuse_unstorable(raw: bytes) -> None:
    try:
        value = _DECODER.decode(raw.decode())
        if _BAD_ESCAPE.search(raw):
            _refuse_unstorable_text(value, ["body"])
    except _Unstorable as error:
        raise ValidationFailed(
            f"The body has {error}.",
            errors=[{"loc": ["body"], "msg": f"has {error}", "type": "unstorable_value"}],
        ) from None
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None
    except ValueError as error:
        try:
            from_json(raw)
        except ValueError as same:
            # In the words that a body without anything suspicious gets.
            raise _malformed(raw, str(same)) from None
        raise MalformedJson(f"The body is not JSON in UTF-8: {error}.") from None


def _refuse_unstorable_text(value: Any, loc: list[str | int]) -> None:
    # `loc` is one list for the whole walk: a copy for each of half a million nodes takes seconds.
    if isinstance(value, str):
        _refuse_text(value, loc)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            _refuse_text(key, loc)
            loc.append(key)
            _refuse_unstorable_text(item, loc)
            loc.pop()
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            loc.append(index)
            _refuse_unstorable_text(item, loc)
            loc.pop()


def _refuse_text(text: str, loc: list[str | int]) -> None:
    problem = None
    if "\0" in text:
        problem = "has a NUL character, which text cannot hold"
    elif any("\ud800" <= character <= "\udfff" for character in text):
        problem = "has half of a surrogate pair, which is not text"
    if problem is not None:
        # Half of a pair cannot be answered either.
        place = [
            part.encode("ascii", "backslashreplace").decode() if isinstance(part, str) else part
            for part in loc
        ]
        raise ValidationFailed(
            f"{place_of(place)}: {problem}.",
            errors=[{"loc": place, "msg": problem, "type": "unstorable_text"}],
        )


def _refuse_constant(name: str) -> Never:
    raise _Unstorable(f"{name}, which is not a JSON number")


def _parse_int(digits: str) -> int:
    # Long before int() would refuse or take long.
    if len(digits) > 20 or not -(2**63) <= (value := int(digits)) <= 2**63 - 1:
        raise _Unstorable(f"the integer {_shortened(digits)}, which is beyond 64 bits")
    return value


def _parse_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _Unstorable(f"the number {_shortened(digits)}, which is too large")
    return value


def _shortened(digits: str) -> str:
    return digits if len(digits) <= 24 else digits[:24] + "…"


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_int=_parse_int, parse_float=_parse_float
)


def _refusal(error: ValidationError, raw: bytes) -> MalformedJson | ValidationFailed:
    count = error.error_count()
    if count > MAX_DESCRIBED:
        return ValidationFailed(f"The body has {count:,} invalid fields, too many to name them.")
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        return _malformed(raw, found[0]["msg"])
    errors = field_errors(found, from_json(raw or b"{}"))
    unknown = [item for item in errors if item["type"] == "extra_forbidden"]
    kind = UnknownField if unknown else ValidationFailed
    first = (unknown or errors)[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return kind(f"{place_of(first['loc'])}: {first['msg']}{more}.", errors=errors)


def _malformed(raw: bytes, parser_says: str) -> MalformedJson:
    """Why the body is not JSON; what it begins with may say more than where the parser stopped."""
    if "recursion limit" in parser_says:
        return MalformedJson("The body is nested too deeply.")
    for beginning, name in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return MalformedJson(f"The body is not JSON in UTF-8: {name}.")
    return MalformedJson(f"The body is not JSON in UTF-8: {syntax_error(parser_says)}.")


_BEGINNINGS = {
    codecs.BOM_UTF8: "it begins with a byte order mark; leave that out",
    codecs.BOM_UTF16_LE: "it looks like UTF-16; send UTF-8",
    codecs.BOM_UTF16_BE: "it looks like UTF-16; send UTF-8",
    b"\x1f\x8b": "it is compressed with gzip; send it uncompressed",
}
