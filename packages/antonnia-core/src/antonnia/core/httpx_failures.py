"""What the senders say when httpx fails, and when they were closed."""

from __future__ import annotations

from .errors import AntonniaError, APIConnectionError, APITimeoutError

CLIENT_CLOSED = "client_closed"


def failure_from(exc: Exception, method: str, url: str) -> APIConnectionError:
    """The error that a failure of httpx means."""
    import httpx

    if isinstance(exc, httpx.TimeoutException):
        return APITimeoutError(f"no answer in time from {method} {url}: {exc!r}")
    if isinstance(exc, httpx.DecodingError):
        return APIConnectionError(f"an answer that cannot be decompressed from {method} {url}")
    return APIConnectionError(f"no answer from {method} {url}: {exc!r}")


def already_closed() -> AntonniaError:
    """The error of a call that begins too late; nothing was sent."""
    return AntonniaError("this client has been closed; make a new one", code=CLIENT_CLOSED)


def closed_meanwhile() -> APIConnectionError:
    """The error of a call that was under way; whether anything was done is unknown."""
    return APIConnectionError("this client was closed before the answer came", code=CLIENT_CLOSED)


def wrong_twin(given: object, wanted: str) -> AntonniaError:
    """The error of an `http_client` that belongs to the other twin."""
    return AntonniaError(f"http_client must be an httpx.{wanted} here, not {type(given).__name__}")


def given_was_closed() -> AntonniaError:
    """The error of a call through an `http_client` that its owner has closed."""
    return AntonniaError("the given http_client has been closed", code=CLIENT_CLOSED)


def given_before_fork() -> AntonniaError:
    """The error of a call, in a forked process, through an `http_client` of its parent."""
    return AntonniaError(
        "the given http_client belongs to the parent of this forked process; "
        "make a client with a new one here"
    )
