"""Ids: a prefix and a time-sortable random part.

The random part is a UUIDv7 (RFC 9562, section 5.7) without its dashes, in base 32 so that it is
short, survives case-folding and sorts as its bytes do. Within a process ids only grow, which keeps
inserts at the end of every index. Nothing may depend on their order for correctness.
"""

from __future__ import annotations

import os
import threading
import time

# Base 32 in the order of its digits (RFC 4648, section 7), two digits at a time.
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
# 128 bits and two zeros fill 26 digits of five bits.
_SHIFTS = range(120, -1, -10)

_NOISE_BYTES = 10
_NOISE_AT_ONCE = 256

_lock = threading.Lock()
_last = 0
_noise: list[int] = []


def new(prefix: str) -> str:
    """A new id, for example `sess_06f9hq3b1vt5p8e7r0cn4m2kdg`."""
    value = _next_uuid7() << 2
    return prefix + "_" + "".join([_PAIRS[value >> shift & 0x3FF] for shift in _SHIFTS])


def _next_uuid7() -> int:
    global _last
    milliseconds = time.time_ns() // 1_000_000
    with _lock:
        if not _noise:
            _draw()
        noise = _noise.pop()
        value = (
            (milliseconds & 0xFFFF_FFFF_FFFF) << 80
            | 0x7 << 76
            | (noise >> 68 & 0xFFF) << 64
            | 0b10 << 62
            | (noise & 0x3FFF_FFFF_FFFF_FFFF)
        )
        # Two ids of one millisecond, or a clock that went back: count on from the last one.
        if value <= _last:
            value = _last + 1
        _last = value
    return value


def _draw() -> None:
    """Randomness for many ids; each draw lets go of the interpreter and waits for it again."""
    drawn = os.urandom(_NOISE_BYTES * _NOISE_AT_ONCE)
    _noise.extend(
        int.from_bytes(drawn[start : start + _NOISE_BYTES], "big")
        for start in range(0, len(drawn), _NOISE_BYTES)
    )


def _forget() -> None:
    """A child goes on from nothing of its parent's: its siblings would go on from the same."""
    global _lock, _last
    _lock = threading.Lock()
    _last = 0
    _noise.clear()


os.register_at_fork(after_in_child=_forget)
