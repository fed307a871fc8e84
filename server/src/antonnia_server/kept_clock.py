"""The test clock of a data directory: it stands still, and a restart does not turn it back."""

from __future__ import annotations

from .clock import Clock, HandClock, SystemClock
from .data_directory import DataDirectory
from .fault import Fault

# The year 9000, in microseconds. What is planned from there, decades ahead, still has a year of
# four digits.
LATEST = 221_845_392_000_000_000


class KeptHandClock(HandClock):
    """A clock moved by hand whose last reading is kept in the directory.

    Raises:
        Fault: The reading that was kept is none, or later than the clock goes.
    """

    def __init__(self, directory: DataDirectory) -> None:
        kept = directory.find_clock_reading() or 0
        if kept > LATEST:
            raise Fault(
                f"{directory.database}.clock holds a time after the year 9000, where the test "
                "clock ends; remove the file, and the clock starts at the present."
            )
        super().__init__(max(SystemClock().now(), kept))
        self._directory = directory
        directory.keep_clock_reading(self.now())

    def move_to(self, moment: int) -> None:
        super().move_to(moment)
        self._directory.keep_clock_reading(self.now())


def clock_of(directory: DataDirectory, *, is_test_clock: bool) -> Clock:
    return KeptHandClock(directory) if is_test_clock else SystemClock()
