"""Lines that a lasting failure would write by the thousand: one at a time, with a count."""

from __future__ import annotations

import logging
import threading
import time

SECONDS_BETWEEN = 10.0


class RareLog:
    """Logs the first of several like lines at once, and one of the others now and then.

    What was held back is counted, and the next line says how many. The monotonic clock decides,
    not the server's: a log has to work when time stands still.
    """

    def __init__(self, logger: logging.Logger, *, seconds: float = SECONDS_BETWEEN) -> None:
        self._logger = logger
        self._seconds = seconds
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._held_back: dict[str, int] = {}

    def log(self, level: int, line: str, *arguments: object, exc_info: bool = False) -> bool:
        """Log the line, unless one of the same words was logged just now; whether it was logged.

        The words are those before the arguments are put in.
        """
        now = time.monotonic()
        with self._lock:
            last = self._last.get(line)
            if last is not None and now - last < self._seconds:
                self._held_back[line] = self._held_back.get(line, 0) + 1
                return False
            self._last[line] = now
            held_back = self._held_back.pop(line, 0)
        more = f" (and {held_back} more like it before)" if held_back else ""
        self._logger.log(level, line + "%s", *arguments, more, exc_info=exc_info)
        return True
