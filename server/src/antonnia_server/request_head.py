"""What the head of a request may be: its size, its target, the protocol that it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import httptools

from .http.refusal import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    Refusal,
    TargetTooLong,
)
from .settings import Limits

_Headers = Iterable[tuple[bytes, bytes]]
# The colon, the blank and the end of the line.
_AROUND_HEADER = 4
_FRAMING = (b"content-length", b"transfer-encoding")


class _Parser(Protocol):
    def get_http_version(self) -> str: ...
    def should_upgrade(self) -> bool: ...


def refuse_head(parser: _Parser, target: bytes, headers: _Headers, limits: Limits) -> None:
    """Raises:
    TargetTooLong, HeadersTooLarge: It is beyond the limits.
    ExpectationFailed: It expects what this server does not do.
    BadRequest: It is not HTTP/1.1 or 1.0, does not say of which host it asks, or has a body that
        nobody can tell from what follows it.
    """
    size = len(target)
    count = hosts = 0
    for name, value in headers:
        count += 1
        size += len(name) + len(value) + _AROUND_HEADER
        if name == b"host":
            hosts += 1
        elif name == b"expect" and value.lower() != b"100-continue":
            # Ignored, it would be taken for a promise.
            raise ExpectationFailed("The only thing to expect here is 100-continue.")
    if (
        len(target) > limits.max_target_bytes
        or size > limits.max_head_bytes
        or count > limits.max_headers
    ):
        raise too_large(target, headers, limits)
    version = parser.get_http_version()
    if version not in ("1.1", "1.0"):
        raise BadRequest("This server speaks HTTP/1.1.")
    if parser.should_upgrade() and any(name in _FRAMING for name, _ in headers):
        # The parser takes the body for the other protocol, and so for the next request.
        raise BadRequest("A request with a body cannot ask for an Upgrade; leave it out.")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        raise BadRequest("A request has exactly one Host header.")


def too_large(target: bytes, headers: _Headers, limits: Limits) -> Refusal:
    """What to say about a head that is, or that grew too large before it was complete."""
    if len(target) > limits.max_target_bytes:
        return TargetTooLong(
            f"The path and query may have {limits.max_target_bytes:,} bytes at most."
        )
    if sum(1 for _ in headers) > limits.max_headers:
        return HeadersTooLarge(f"A request may have {limits.max_headers:,} headers at most.")
    return HeadersTooLarge(
        f"The request line and the headers may have {limits.max_head_bytes:,} bytes at most."
    )


def target_of(target: bytes) -> bytes:
    """The path and query of a target that names its host as well, as one is sent to a proxy.

    Raises:
        BadRequest: It is no such target.
    """
    try:
        parsed = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        parsed = None
    if parsed is None or parsed.schema.lower() not in (b"http", b"https"):
        raise BadRequest("The target of a request is a path; this server is no proxy.")
    path: bytes = parsed.path or b"/"
    return b"%s?%s" % (path, parsed.query) if parsed.query else path
