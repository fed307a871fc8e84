"""JSON values, compared as JSON and not as Python does."""

from __future__ import annotations

import json
from typing import Any


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: to Python `1`, `1.0` and `True` are equal."""
    return one == other and _canonical(one) == _canonical(other)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
