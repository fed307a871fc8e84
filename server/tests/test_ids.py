"""Ids: UUIDv7 in base 32, growing within a process, never the same in two."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from antonnia_server import ids

MANY = 2_000


def uuid_of(new: str) -> uuid.UUID:
    """What an id says, read by another decoder than our encoder."""
    digits = new.partition("_")[2]
    assert len(digits) == 26
    return uuid.UUID(bytes=base64.b32hexdecode(digits.upper() + "=" * 6))


def many_ids(_: int = 0) -> list[str]:
    return [ids.new("msg") for _ in range(MANY)]


def test_an_id_is_a_prefix_and_a_uuid_of_the_present_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    new = ids.new("sess")
    after = time.time_ns() // 1_000_000

    assert new.startswith("sess_")
    assert (uuid_of(new).version, uuid_of(new).variant) == (7, uuid.RFC_4122)
    assert before <= uuid_of(new).int >> 80 <= after


def test_ids_only_grow_and_sort_as_text() -> None:
    made = many_ids()

    assert made == sorted(set(made))


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [new for each in threads.map(many_ids, range(4)) for new in each]

    assert len(set(made)) == 4 * MANY


# In a process of its own: one with threads, such as this, should not fork. Its time stands still:
# nothing but their randomness tells the ids apart.
FORKS = """
import os
import time
from antonnia_server import ids

time.time_ns = lambda: 1_700_000_000_000_000_000
ids.new("msg")
for _ in range(3):
    if os.fork() == 0:
        os.write(1, "".join(ids.new("msg") + "\\n" for _ in range(1000)).encode())
        os._exit(0)
for _ in range(3):
    os.wait()
"""


def test_forks_never_make_the_same_id() -> None:
    made = subprocess.check_output([sys.executable, "-c", FORKS], text=True).split()

    assert len(made) == len(set(made)) == 3_000
