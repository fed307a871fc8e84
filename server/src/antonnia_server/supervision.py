"""Several processes that do the same: one that dies is followed by another, all end together."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

# One that dies sooner than this after its start would likely do so again at once.
SHORT_LIFE_SECONDS = 5.0
PAUSE_SECONDS = 1.0

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# What each process does; it calls what it is given once it is ready.
Work = Callable[[Callable[[], None]], None]


class Supervisor:
    """Forks processes and looks after them; has no threads itself, so that it may fork."""

    def __init__(self, work: Work) -> None:
        self._work = work
        # By process id, when it was started.
        self._children: dict[int, float] = {}
        self._is_stopping = False
        # Its other end is open in this process alone, and is closed however that ends.
        self._alive, self._held = os.pipe()

    def run(self, count: int, on_ready: Callable[[], None]) -> None:
        """Keep `count` processes at work until SIGTERM or SIGINT, which each of them gets too.

        Raises:
            SystemExit: One of them could not start, and has said why.
        """
        handlers = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            if self._start_all(count):
                on_ready()
            elif not self._is_stopping:
                self._end_all(signal.SIGTERM)
                raise SystemExit(self._wait_for_all())
            self._look_after()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _start_all(self, count: int) -> bool:
        """Whether all of them are ready."""
        ready, told = os.pipe()

        def say_ready() -> None:
            os.write(told, b".")
            os.close(told)

        for _ in range(count):
            self._start(say_ready)
        os.close(told)
        said = 0
        # It ends when each of them is ready or has ended.
        while answers := os.read(ready, count):
            said += len(answers)
        os.close(ready)
        return said == count

    def _look_after(self) -> None:
        while self._children:
            pid, status = os.wait()
            lived_seconds = time.monotonic() - self._children.pop(pid)
            if self._is_stopping:
                continue
            sys.stderr.write(
                f"antonnia: warning: process {pid} has ended ({_how(status)}); "
                "another one takes its place.\n"
            )
            if lived_seconds < SHORT_LIFE_SECONDS:
                time.sleep(PAUSE_SECONDS)
            self._start(lambda: None)

    def _wait_for_all(self) -> int:
        """The exit code of one that did not end well."""
        worst = 1
        while self._children:
            pid, status = os.wait()
            del self._children[pid]
            worst = max(worst, os.waitstatus_to_exitcode(status))
        return worst

    def _start(self, say_ready: Callable[[], None]) -> None:
        # No signal comes between the fork and the note of it, nor to a child with our handlers.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if self._is_stopping:
                return
            pid = os.fork()
            if pid == 0:
                self._be_child(say_ready)
            self._children[pid] = time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        if self._is_stopping:
            self._end_all(signal.SIGTERM)

    def _be_child(self, say_ready: Callable[[], None]) -> None:
        """Leaves by an exception, through the frames of its parent, as any process does."""
        self._children.clear()
        # A Ctrl-C at the terminal is the parent's, which passes it on.
        os.setpgrp()
        os.close(self._held)
        for number in _SIGNALS:
            signal.signal(number, _exit_at_once)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        threading.Thread(target=self._end_with_parent, daemon=True).start()
        self._work(say_ready)
        raise SystemExit(0)

    def _end_with_parent(self) -> None:
        os.read(self._alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True
        self._end_all(number)

    def _end_all(self, number: int) -> None:
        for pid in list(self._children):
            # It may have ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _exit_at_once(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _how(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
