"""The test clock of a data directory: it stands still, and a restart does not turn it back."""

from __future__ import annotations

from .clock import Clock, HandClock, SystemClock
from .data_directory import DataDirectory


class KeptHandClock(HandClock):
    """A clock moved by hand whose last reading is kept in the directory."""

    def __init__(self, directory: DataDirectory) -> None:
        super().__init__(max(SystemClock().now(), directory.find_clock_reading() or 0))
        self._directory = directory
        directory.keep_clock_reading(self.now())

    def move_to(self, moment: int) -> None:
        super().move_to(moment)
        self._directory.keep_clock_reading(self.now())


def clock_of(directory: DataDirectory, *, is_test_clock: bool) -> Clock:
    return KeptHandClock(directory) if is_test_clock else SystemClock()
