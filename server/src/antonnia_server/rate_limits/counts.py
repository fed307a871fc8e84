"""How often each key was counted: in the window that runs, and in the one before.

The windows lie side by side on the clock, and what was counted in the one before weighs as much as
of it still lies in the stretch that ends now: the sliding window counter of the library `limits`.
At a window's edge not twice as many get through, and a key costs two numbers, however often it is
counted.

The strategies of that library are not used: they tell when to come again by `time.time()`, where
here the server's clock decides, which tests move, and they know no counts that are still on their
way to other processes. A test compares what is let through with what the library lets through.
"""

from __future__ import annotations

from collections.abc import Callable

from antonnia_server.clock import SECOND, Clock

# So many are kept before any that are over are looked for.
MIN_KEPT = 1024


class Count:
    """How often a key was counted in one window, here and in other processes."""

    __slots__ = ("here", "key", "number", "seconds", "sent", "shared")

    def __init__(self, key: str, number: int, seconds: int) -> None:
        self.key = key
        # Which window it is, counted from 1970.
        self.number = number
        # How long its window is.
        self.seconds = seconds
        # What the others have been told of, with all that they have told; what is being told; what
        # they have not been told yet.
        self.shared = 0
        self.sent = 0
        self.here = 0

    @property
    def total(self) -> int:
        return self.shared + self.sent + self.here

    def is_over(self, now: int) -> bool:
        """Whether it does not weigh any more."""
        return (self.number + 2) * self.seconds * SECOND <= now


class Counts:
    """The counts of one process, which asks nobody else on the way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, int], Count] = {}
        self._look_at = MIN_KEPT
        # What other processes have not been told of, once there is somebody who tells them.
        self._untold: dict[tuple[str, int], Count] | None = None
        self._on_news: Callable[[], None] = _nobody

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, key: str, most: int, seconds: int) -> Count | None:
        """Count once more, if that is within `most` in as many seconds; what it was counted in."""
        length = seconds * SECOND
        number, elapsed = divmod(self._clock.now(), length)
        count = self._counts.get((key, number))
        if count is None:
            count = self._begin(key, number, seconds)
        taken = count.total
        before = self._counts.get((key, number - 1))
        if before is not None:
            taken += before.total * (length - elapsed) // length
        if taken >= most:
            return None
        count.here += 1
        if self._untold is not None and (key, number) not in self._untold:
            self._untold[key, number] = count
            self._on_news()
        return count

    def wait_for(self, key: str, most: int, seconds: int) -> int:
        """The microseconds until it would be counted again, if nobody else asks meanwhile."""
        length = seconds * SECOND
        number, elapsed = divmod(self._clock.now(), length)
        left = length - elapsed
        count = self._counts.get((key, number))
        taken = 0 if count is None else count.total
        if taken >= most:
            # In the next window this one weighs less with each moment.
            return left + length - _left_where(taken, most, length)
        before = self._counts.get((key, number - 1))
        if before is None or not before.total:
            return 0
        return max(0, left - _left_where(before.total, most - taken, length))

    def forget_what_is_over(self) -> None:
        now = self._clock.now()
        self._counts = {
            place: count for place, count in self._counts.items() if not count.is_over(now)
        }
        # Twice as many, so that looking through them costs each new one the same.
        self._look_at = max(MIN_KEPT, 2 * len(self._counts))

    def share(self, on_news: Callable[[], None]) -> None:
        """Remember from now on what `tell` has to tell, and say whenever there is something."""
        self._untold = {}
        self._on_news = on_news

    def tell(self) -> list[Count]:
        """What the others have not been told of; `sent` says how much. They hear of it next."""
        assert self._untold is not None, "tell() before share()"
        now = self._clock.now()
        told = [count for count in self._untold.values() if not count.is_over(now)]
        self._untold.clear()
        for count in told:
            count.sent, count.here = count.here, 0
        return told

    def hear(self, count: Count, total: int, before: int) -> None:
        """What all have counted together: in the window of what was told, and in the one before."""
        # A total that has become less was lost, with the store's memory; what was known stays.
        count.shared = max(count.shared + count.sent, total)
        count.sent = 0
        if not before:
            return
        last = self._counts.get((count.key, count.number - 1))
        if last is None:
            last = self._begin(count.key, count.number - 1, count.seconds)
        last.shared = max(last.shared, before - last.sent)

    def tell_again(self, told: list[Count]) -> None:
        """It may not have reached the others."""
        assert self._untold is not None, "tell_again() before share()"
        for count in told:
            count.here, count.sent = count.here + count.sent, 0
            self._untold[count.key, count.number] = count

    def _begin(self, key: str, number: int, seconds: int) -> Count:
        if len(self._counts) >= self._look_at:
            self.forget_what_is_over()
        count = self._counts[key, number] = Count(key, number, seconds)
        return count


def _left_where(weight: int, most: int, length: int) -> int:
    """How much of a window may still weigh, so that `weight` counts for less than `most`."""
    return min(length, (most * length - 1) // weight)


def _nobody() -> None:
    raise AssertionError("nobody tells of anything")
