"""Where a request goes."""

from __future__ import annotations

import os
from typing import Optional
from urllib.parse import quote, urlsplit

from .errors import AntonniaError, ValidationError

DEFAULT_BASE_URL = "https://api.antonnia.com"


def service_url(base_url: Optional[str], prefix: str) -> str:
    """The URL of the service under `prefix`, from the root of the platform.

    A root that already ends in the prefix is taken as it is. Without one, `ANTONNIA_BASE_URL`
    or else the public platform is used.
    """
    root = base_url or os.environ.get("ANTONNIA_BASE_URL") or DEFAULT_BASE_URL
    root = root.strip().rstrip("/")
    if not _is_plain_http_url(root):
        raise AntonniaError(
            "base_url must look like https://host or https://host/path, "
            "without user, password, query or fragment"
        )
    return root if root.endswith(prefix) else root + prefix


def _is_plain_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    # A user in the URL would silently replace the token in the Authorization header.
    is_plain = "@" not in parts.netloc and not parts.query and not parts.fragment
    return parts.scheme in ("http", "https") and bool(host) and is_plain


def path_of(*segments: str) -> str:
    """The path of these segments, each encoded so that it stays one segment.

    Raises:
        ValidationError: An id is empty, not text, or a dot segment, which URLs resolve away even
            when it is percent-encoded.
    """
    return "".join("/" + _encode(segment) for segment in segments)


def _encode(segment: object) -> str:
    if not isinstance(segment, str) or segment in ("", ".", ".."):
        raise _not_an_id(segment)
    try:
        return quote(segment, safe="")
    except UnicodeEncodeError as exc:
        raise _not_an_id(segment) from exc


def _not_an_id(segment: object) -> ValidationError:
    message = f"{segment!r} is not an id"
    return ValidationError(
        message,
        code="validation_error",
        errors=[{"loc": ["path"], "msg": message, "type": "path_segment"}],
    )
