"""Damage to the bytes of a body, of the kinds that clients and proxies do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

_Damage = Callable[[random.Random, bytes], bytes]
_STRANGE = [
    b"\x00",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"1e400",
    b"NaN",
    b"-Infinity",
    b"9223372036854775808",
    b"null",
    b"true",
    b'""',
    "😀\u202e".encode(),
    b"[" * 300,
    b'{"a":' * 40,
]
_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**63 - 1,
    1e308,
    "",
    "a" * 300,
    "x\u0000",
    "\ud800",
    "sess_none",
    "2026-01-31T12:00:00Z",
    "0001-01-01T00:00:00+23:59",
    [],
    {},
    [[]],
    {"": {"": []}},
]


def mutated(rng: random.Random, body: bytes) -> bytes:
    """The body with one to three damages."""
    for _ in range(rng.randint(1, 3)):
        body = rng.choice(_DAMAGES)(rng, body)
    return body


def _place(rng: random.Random, body: bytes) -> int:
    return rng.randint(0, len(body))


def _flip_a_bit(rng: random.Random, body: bytes) -> bytes:
    if not body:
        return body
    place = rng.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << rng.randrange(8)]) + body[place + 1 :]


def _cut_off(rng: random.Random, body: bytes) -> bytes:
    return body[: _place(rng, body)]


def _leave_out(rng: random.Random, body: bytes) -> bytes:
    start = _place(rng, body)
    return body[:start] + body[start + rng.randint(1, 8) :]


def _repeat(rng: random.Random, body: bytes) -> bytes:
    start = _place(rng, body)
    return body[:start] + body[start : start + 20] * rng.randint(2, 5) + body[start:]


def _insert(rng: random.Random, body: bytes) -> bytes:
    place = _place(rng, body)
    return body[:place] + rng.choice(_STRANGE) + body[place:]


def _replace_a_value(rng: random.Random, body: bytes) -> bytes:
    """Another value in one place; the body stays JSON."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _insert(rng, body)
    places: list[tuple[Any, Any]] = []
    _collect(value, places)
    if not places:
        return json.dumps(rng.choice(_VALUES)).encode()
    container, key = rng.choice(places)
    if isinstance(container, dict) and rng.random() < 0.2:
        container[str(key) + rng.choice(["", "x", " "])] = container.pop(key)
    else:
        container[key] = rng.choice(_VALUES)
    return json.dumps(value).encode()


def _collect(value: Any, places: list[tuple[Any, Any]]) -> None:
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key in keys:
            places.append((value, key))
            _collect(value[key], places)


# Most mutations are of values: nonsense ends at the parser, and only what is JSON goes further.
_DAMAGES: list[_Damage] = [
    _flip_a_bit,
    _cut_off,
    _leave_out,
    _repeat,
    _insert,
    _replace_a_value,
    _replace_a_value,
    _replace_a_value,
    _replace_a_value,
    _replace_a_value,
]
