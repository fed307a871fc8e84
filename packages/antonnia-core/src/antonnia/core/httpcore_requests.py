"""Requests as httpcore takes them, which httpx itself sends with, and answers as httpx has them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Dict, Generator, Mapping, Optional
from urllib.request import getproxies

import httpcore
import httpx

from .not_given import NotGiven
from .options import DEFAULT_TIMEOUT_SECONDS, Timeout

# The limits that openai, anthropic and others have. httpx itself would keep 20 idle connections and
# dial anew beyond that.
MAX_CONNECTIONS = 1000
MAX_IDLE_CONNECTIONS = 100
KEEP_IDLE_SECONDS = 5.0
# A stream says something every 15 seconds; one that misses it three times has been cut off.
SILENCE_SECONDS = 45.0
LIMITS = httpx.Limits(
    max_connections=MAX_CONNECTIONS,
    max_keepalive_connections=MAX_IDLE_CONNECTIONS,
    keepalive_expiry=KEEP_IDLE_SECONDS,
)

_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


def is_behind_a_proxy() -> bool:
    """Whether the environment, or the system, names a proxy for anything."""
    return bool(getproxies())


def seconds_of(timeout: Timeout) -> Optional[float]:
    return DEFAULT_TIMEOUT_SECONDS if isinstance(timeout, NotGiven) else timeout


def limits_of_stream(timeout: Timeout, usual: httpx.Timeout) -> httpx.Timeout:
    """The limits of a call whose answer has no end, where `usual` are those of other calls."""
    limits = usual if isinstance(timeout, NotGiven) else httpx.Timeout(timeout)
    return httpx.Timeout(
        connect=limits.connect, read=SILENCE_SECONDS, write=limits.write, pool=limits.pool
    )


def time_limits(seconds: Optional[float]) -> Dict[str, Any]:
    """How httpcore is told to wait so long for a connection, and for each piece of an answer."""
    return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}


def request_for(
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: Optional[bytes],
    seconds: Optional[float],
) -> httpcore.Request:
    """The request with the headers that HTTP wants besides those given."""
    target = httpx.URL(url)
    raw_headers = [(b"Host", target.netloc)]
    if "Accept-Encoding" not in headers:
        raw_headers.append((b"Accept-Encoding", b"gzip, deflate"))
    raw_headers += [(name.encode(), value.encode()) for name, value in headers.items()]
    if content is not None or method in ("POST", "PATCH", "PUT"):
        raw_headers.append((b"Content-Length", b"%d" % len(content or b"")))
    return httpcore.Request(
        method,
        httpcore.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        ),
        headers=raw_headers,
        content=content,
        extensions=time_limits(seconds),
    )


def answer_from(response: httpcore.Response, content: bytes) -> httpx.Response:
    """The answer with its content, decompressed if it must be."""
    return httpx.Response(response.status, headers=response.headers, content=content)


@contextmanager
def failures_of_httpx() -> Generator[None, None, None]:
    """Let a failure of httpcore leave as the one of httpx that has the same name."""
    try:
        yield
    except _FAILURES as exc:
        failure = getattr(httpx, type(exc).__name__, httpx.TransportError)
        raise failure(str(exc)) from exc
