"""Ids: a prefix and a time-sortable random part.

The random part is a UUIDv7 (RFC 9562, section 5.7) without its dashes, in base 32 so that it is
short, survives case-folding and sorts as its bytes do. Within a process ids only grow, which keeps
inserts at the end of every index. Nothing may depend on their order for correctness.
"""

from __future__ import annotations

import base64
import os
import threading
import time

_lock = threading.Lock()
_last = 0


def new(prefix: str) -> str:
    """A new id, for example `sess_06f9hq3b1vt5p8e7r0cn4m2kdg`."""
    encoded = base64.b32hexencode(_next_uuid7().to_bytes(16, "big"))
    return f"{prefix}_{encoded[:26].decode().lower()}"


def _next_uuid7() -> int:
    global _last
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80
        | 0x7 << 76
        | (noise >> 68 & 0xFFF) << 64
        | 0b10 << 62
        | (noise & 0x3FFF_FFFF_FFFF_FFFF)
    )
    with _lock:
        # Two ids of one millisecond, or a clock that went back: count on from the last one.
        if value <= _last:
            value = _last + 1
        _last = value
    return value
