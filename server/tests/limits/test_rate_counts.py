"""The counts behind the limits of tokens and organizations."""

from __future__ import annotations

import random
import time

import pytest
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from antonnia_server.clock import SECOND, HandClock
from antonnia_server.rate_limits.counts import MIN_KEPT, Count, Counts

START = 2**24 * SECOND


@pytest.mark.parametrize(("most", "seconds"), [(1, 1), (5, 2), (10, 64), (100, 8)])
def test_as_many_get_through_as_the_library_lets_through(
    most: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(START)
    monkeypatch.setattr(time, "time", lambda: clock.now() / SECOND)
    theirs = SlidingWindowCounterRateLimiter(MemoryStorage())
    item = RateLimitItemPerSecond(most, seconds)
    ours = Counts(clock)
    chance = random.Random(most)
    let_through: list[bool] = []

    for _ in range(2_000):
        # In parts that are exact for both: theirs reckons with floats.
        clock.move_to(clock.now() + chance.choice([0] * most + [1, 3, 20]) * seconds * SECOND // 64)
        let_through.append(ours.take("key", most, seconds) is not None)
        assert let_through[-1] == theirs.hit(item, "key")
    assert set(let_through) == {True, False}


@pytest.mark.parametrize("seed", range(20))
def test_after_the_wait_one_gets_through_and_not_before(seed: int) -> None:
    chance = random.Random(seed)
    clock = HandClock(START)
    counts = Counts(clock)
    most, seconds = chance.choice([(1, 1), (7, 3), (1_000, 60)])

    for _ in range(200):
        clock.move_to(clock.now() + chance.randrange(seconds * SECOND))
        for _ in range(chance.randrange(most + 1)):
            counts.take("key", most, seconds)
        wait = counts.wait_for("key", most, seconds)
        if wait:
            clock.move_to(clock.now() + wait - 1)
            assert not counts.take("key", most, seconds)
            clock.move_to(clock.now() + 1)
        assert counts.take("key", most, seconds)


def test_what_is_over_is_not_kept() -> None:
    clock = HandClock(START)
    counts = Counts(clock)

    for number in range(50 * MIN_KEPT):
        clock.move_to(clock.now() + SECOND // 100)
        assert counts.take(f"token_{number}", 5, 1)

    assert len(counts) <= MIN_KEPT


def test_what_others_have_counted_counts() -> None:
    counts, told = given_shared()
    assert [counts.take("key", 5, 60) is not None for _ in range(2)] == [True, True]

    [count] = counts.tell()
    counts.hear(count, total=4, before=0)

    assert [counts.take("key", 5, 60) is not None for _ in range(2)] == [True, False]
    assert told == ["news", "news"]


def test_what_is_on_its_way_counts_already() -> None:
    counts, _ = given_shared()
    counts.take("key", 2, 60)

    [count] = counts.tell()

    assert [counts.take("key", 2, 60) is not None for _ in range(2)] == [True, False]
    counts.hear(count, total=1, before=0)
    assert not counts.take("key", 2, 60)


def test_what_did_not_reach_the_others_is_told_again() -> None:
    counts, _ = given_shared()
    counts.take("key", 5, 60)

    counts.tell_again(counts.tell())
    counts.take("key", 5, 60)
    [count] = counts.tell()

    assert count.sent == 2


def test_what_others_had_counted_before_weighs_too() -> None:
    counts, _ = given_shared()
    counts.take("key", 4, 64)

    [count] = counts.tell()
    counts.hear(count, total=1, before=3)

    assert not counts.take("key", 4, 64)


def test_a_total_that_was_lost_is_not_forgotten_here() -> None:
    counts, _ = given_shared()
    counts.take("key", 5, 60)
    [count] = counts.tell()
    counts.hear(count, total=4, before=0)
    counts.take("key", 5, 60)

    [count] = counts.tell()
    counts.hear(count, total=1, before=0)

    assert not counts.take("key", 5, 60)


def test_what_is_over_is_told_no_more() -> None:
    clock = HandClock(START)
    counts = Counts(clock)
    counts.share(lambda: None)
    counts.take("key", 5, 60)

    clock.move_to(clock.now() + 120 * SECOND)

    assert counts.tell() == list[Count]()


def given_shared() -> tuple[Counts, list[str]]:
    """Counts, and what was said of news."""
    told: list[str] = []
    counts = Counts(HandClock(START))
    counts.share(lambda: told.append("news"))
    return counts, told
