"""The token and what a header can carry."""

from __future__ import annotations

import os
import re
from typing import Optional

from .errors import AntonniaError, ValidationError

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def find_token(token: Optional[str]) -> str:
    """The token given, or else the one in `ANTONNIA_TOKEN`."""
    if token is not None and not token.strip():
        # Not the one in the environment: whoever gives a token means no other.
        raise AntonniaError("the token is empty; leave token= out to use ANTONNIA_TOKEN")
    found = (token or os.environ.get("ANTONNIA_TOKEN") or "").strip()
    if not found:
        raise AntonniaError("no token: pass token=, or set ANTONNIA_TOKEN")
    if not _VISIBLE_ASCII.fullmatch(found):
        raise AntonniaError("the token has characters that no token has; was it copied whole?")
    return found


def check_idempotency_key(key: str) -> str:
    """`key`, if it can be sent as an `Idempotency-Key`."""
    if len(key) > 255 or not _VISIBLE_ASCII.fullmatch(key):
        message = "an idempotency key is 1 to 255 visible ASCII characters"
        raise ValidationError(
            message,
            code="validation_error",
            errors=[{"loc": ["header", "Idempotency-Key"], "msg": message, "type": "value_error"}],
        )
    return key
