"""What is wrong with a body, in words for the person who wrote it.

The parser speaks of tags, inputs and discriminators. Whoever reads a refusal knows the fields of
the API and nothing of how the server is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, cast

from pydantic_core import ErrorDetails

from antonnia.core.patterns import VISIBLE

from .refusal import FieldError

# A name that was made up can be as long as a body. It need not come back whole.
_MAX_NAME_CHARACTERS = 100

_Context = Mapping[str, Any]
# What each kind of value is called, where several are allowed.
_NOUNS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "bool_type": "true or false",
}
_WORDS: dict[str, Callable[[_Context], str]] = {
    "missing": lambda _: "is required",
    "extra_forbidden": lambda _: "there is no such field",
    "datetime_type": lambda _: f"must be {_A_TIME}",
    "datetime_parsing": lambda context: _time_error(context["error"]),
    "timezone_aware": lambda _: "must say its time zone, as in 2026-01-31T12:00:00Z",
    "literal_error": lambda context: f"must be {context['expected']}",
    "enum": lambda context: f"must be {context['expected']}",
    "union_tag_not_found": lambda context: f"must say its `{_bare(context['discriminator'])}`",
    "union_tag_invalid": lambda context: (
        f"has an unknown {_bare(context['discriminator'])}; "
        f"there are {context['expected_tags'].replace(chr(39), '')}"
    ),
    "greater_than_equal": lambda context: f"must be {_number(context['ge'])} or more",
    "greater_than": lambda context: f"must be more than {_number(context['gt'])}",
    "less_than_equal": lambda context: f"must be {_number(context['le'])} or less",
    "less_than": lambda context: f"must be less than {_number(context['lt'])}",
    "multiple_of": lambda context: f"must be a multiple of {_number(context['multiple_of'])}",
    "finite_number": lambda _: "must be a finite number",
    "string_too_short": lambda context: _at_least(context["min_length"], "character"),
    "string_too_long": lambda context: _at_most(context["max_length"], "character"),
    "string_pattern_mismatch": lambda context: _must_match(context["pattern"]),
    "too_short": lambda context: _at_least(context["min_length"], "item"),
    "too_long": lambda context: _at_most(context["max_length"], "item"),
    "value_error": lambda context: str(context["error"]),
}
_A_TIME = "a time such as 2026-01-31T12:00:00Z"

# What is easily taken for its text alone, as it has to be written.
_SHAPES: Mapping[str | int, str] = {"content": '{"type": "text", "text": "Hello"}'}

# What the parser of JSON says, by how it begins.
_SYNTAX = {
    "EOF while parsing": "it ends too early",
    "expected value": "a value is expected",
    "expected ident": "a value is expected",
    "key must be a string": "the name of a field in double quotes is expected",
    "trailing comma": "there is a comma too many",
    "trailing characters": "there is something after its end",
    "invalid unicode code point": "a byte is not UTF-8",
    "control character": "a control character in a text has to be escaped",
    "invalid escape": "there is no such escape",
    "invalid number": "this is not a number as JSON writes it",
    "unexpected end of hex escape": "half of a surrogate pair is not text",
    "lone leading surrogate": "half of a surrogate pair is not text",
}
_PLACE = re.compile(r"(.*) at line (\d+) column (\d+)")


def field_errors(found: Sequence[ErrorDetails], body: object) -> list[FieldError]:
    """Each field of `body` that was refused, once, where its sender knows it."""
    by_place: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for error in found:
        by_place.setdefault(_place(error, body), []).append(error)
    return [
        {
            "loc": ["body", *map(_shortened, place)],
            "msg": _message(place, errors),
            "type": errors[0]["type"] if len(errors) == 1 else "union_type",
        }
        for place, errors in by_place.items()
    ]


def _must_match(pattern: str) -> str:
    return "must not be blank" if pattern == VISIBLE else f"must match {pattern}"


def syntax_error(parser_says: str) -> str:
    """What is wrong with JSON, and where."""
    match = _PLACE.fullmatch(parser_says.removeprefix("Invalid JSON: "))
    if match is None:
        return parser_says
    said, line, column = match.groups()
    words = next((words for begin, words in _SYNTAX.items() if said.startswith(begin)), said)
    words = re.sub(r"expected (`.*)", r"\1 is expected", words)
    return f"{words}, at line {line}, column {column}"


def _place(error: ErrorDetails, body: object) -> tuple[str | int, ...]:
    """Where the error is in the body: the parser also names each variant of a union that it tried.

    Those names are left out: as few parts as it takes to be led to what the parser has refused.
    """
    loc = error["loc"]
    for left_out in range(min(len(loc), _MAX_UNIONS) + 1):
        for place in combinations(loc, len(loc) - left_out):
            way = place[:-1] if error["type"] == "missing" else place
            is_named = place[-1:] == loc[-1:] or error["type"] not in _NAMED
            if is_named and _is_at(body, way, error["input"]):
                return place
    return loc


# How many unions may lie within one another.
_MAX_UNIONS = 3
# What is said of a field by its own name, whether it is there or not.
_NAMED = {"missing", "extra_forbidden"}


def _is_at(value: object, way: Sequence[str | int], wanted: object) -> bool:
    for part in way:
        if isinstance(value, dict) and part in value:
            value = cast("dict[str | int, object]", value)[part]
        elif isinstance(value, list) and isinstance(part, int):
            value = cast("list[object]", value)[part]
        else:
            return False
    return value == wanted


def _message(place: Sequence[str | int], errors: Sequence[ErrorDetails]) -> str:
    if errors[0]["type"] == "dict_type" and place and place[-1] in _SHAPES:
        return f"must be an object, such as {_SHAPES[place[-1]]}"
    if len(errors) == 1 and errors[0]["type"] in _WORDS:
        return _WORDS[errors[0]["type"]](errors[0].get("ctx", {}))
    nouns = [_NOUNS[error["type"]] for error in errors if error["type"] in _NOUNS]
    if len(nouns) == len(errors):
        # A whole number is a number; and what has an "or" in it comes last.
        allowed = [noun for noun in _NOUNS.values() if noun in nouns]
        if len(allowed) > 1 and "a number" in allowed:
            allowed.remove("a whole number")
        return f"must be {', '.join(dict.fromkeys(allowed))}"
    return errors[0]["msg"]


def _shortened(part: str | int) -> str | int:
    if isinstance(part, str) and len(part) > _MAX_NAME_CHARACTERS:
        return part[:_MAX_NAME_CHARACTERS] + "…"
    return part


def _time_error(parser_says: str) -> str:
    # Of a month or an hour that does not exist it says so; else it speaks of its own steps.
    return f"must be {_A_TIME}" + (f": the {parser_says}" if "range" in parser_says else "")


def _bare(discriminator: str) -> str:
    return discriminator.strip("'")


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _at_least(count: int, noun: str) -> str:
    if count == 1:
        return "must not be empty"
    return f"must have {count:,} {noun}s at least"


def _at_most(count: int, noun: str) -> str:
    return f"may have {count:,} {noun}{'' if count == 1 else 's'} at most"
