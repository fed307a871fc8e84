"""How calls are made: time limits, retries and headers, checked when they are given."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Dict, Mapping, Union, cast

from .errors import AntonniaError
from .not_given import NotGiven

if TYPE_CHECKING:
    from typing_extensions import TypeAlias

Timeout: TypeAlias = "Union[float, NotGiven, None]"

DEFAULT_TIMEOUT_SECONDS = 60.0
DEFAULT_MAX_RETRIES = 2

# What waits longer than a day waits without a limit, and says so; the sockets of some systems
# cannot count much further.
MAX_TIMEOUT_SECONDS = 86_400.0

# A call says these by itself. Another value would break it, or send it as somebody else.
PROTECTED_HEADERS = frozenset(
    [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "idempotency-key",
        "if-session-epoch",
        "transfer-encoding",
    ]
)

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")


def check_timeout(timeout: object) -> Timeout:
    """`timeout`, if a call can wait so long: seconds, or `None` for no limit."""
    if timeout is None or isinstance(timeout, NotGiven):
        return timeout
    # A boolean is a number to Python; NaN is neither within the limits nor beyond them.
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    seconds = cast("float", timeout) if is_number else math.nan
    if not 0 < seconds <= MAX_TIMEOUT_SECONDS:
        raise AntonniaError(
            f"timeout must be seconds, more than 0 and at most {MAX_TIMEOUT_SECONDS:.0f}, "
            f"or None for no limit, not {timeout!r}"
        )
    return float(seconds)


def check_max_retries(max_retries: object) -> int:
    """`max_retries`, if a call can be sent again so often."""
    if not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0:
        raise AntonniaError(f"max_retries must be a whole number from 0 on, not {max_retries!r}")
    return max_retries


def check_headers(headers: Mapping[str, str]) -> Dict[str, str]:
    """`headers`, if every call can carry them.

    A refusal names the header and never its value, which may be a secret.
    """
    for name, value in headers.items():
        _check_header(name, value)
    return dict(headers)


def with_headers(headers: Mapping[str, str], added: Mapping[str, str]) -> Dict[str, str]:
    """Both; one that is added replaces its namesake, in whatever case that is written."""
    names = {name.lower() for name in added}
    kept = {name: value for name, value in headers.items() if name.lower() not in names}
    return {**kept, **added}


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise AntonniaError(f"{name!r} cannot be the name of a header")
    if name.lower() in PROTECTED_HEADERS:
        raise AntonniaError(f"the header {name} is the client's own and cannot be set")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise AntonniaError(
            f"the value of the header {name} must be visible ASCII characters, with spaces and "
            "tabs between them at most; it cannot have line breaks"
        )
