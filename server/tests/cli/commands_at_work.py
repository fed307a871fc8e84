"""A command that goes on: what it prints, line by line, and what is typed into it."""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import select
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from given_server import ANTONNIA, SECONDS

PATIENCE_SECONDS = 5


class AtWork:
    """A command that runs; its lines are waited for, never slept for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        assert process.stderr is not None
        self._lines, reader = _lines_of(process.stdout)
        self._complaints, other_reader = _lines_of(process.stderr)
        self._readers = [reader, other_reader]

    def line(self) -> str:
        """The next line that it prints."""
        return self._next(self._lines)

    def complaint(self) -> str:
        """The next line on stderr."""
        return self._next(self._complaints)

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def end(self, number: int = signal.SIGINT) -> int:
        """Interrupt it, and its exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def close(self) -> None:
        """Leave no process behind, and nobody who reads what it prints."""
        self.process.kill()
        for reader in self._readers:
            reader.join(SECONDS)

    def _next(self, lines: queue.Queue[str]) -> str:
        try:
            return lines.get(timeout=SECONDS)
        except queue.Empty:
            raise AssertionError(f"it says nothing: {list(self._complaints.queue)}") from None


@contextmanager
def at_work(*arguments: str | Path) -> Iterator[AtWork]:
    """Start `antonnia` with these arguments, and leave no process behind."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [ANTONNIA, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    with process, closing(AtWork(process)) as command:
        yield command


def _lines_of(stream: IO[str]) -> tuple[queue.Queue[str], threading.Thread]:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return lines, reader


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str | Path) -> None:
        ours, its = pty.openpty()
        self._ours = ours
        self._unread = ""
        self.process = subprocess.Popen(
            [ANTONNIA, *arguments],
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            # So that Ctrl-C reaches it.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"},
        )
        os.close(its)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def until(self, text: str) -> str:
        """What it shows up to and with `text`."""
        deadline = time.monotonic() + SECONDS
        while text not in self._unread:
            left = deadline - time.monotonic()
            is_readable, _, _ = select.select([self._ours], [], [], max(left, 0))
            assert is_readable, f"no {text!r} in {self._unread!r}"
            self._unread += os.read(self._ours, 65536).decode()
        shown, _, self._unread = self._unread.partition(text)
        return shown + text

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(SECONDS)

    def interrupted(self) -> int:
        """Its exit code after Ctrl-C, pressed again if nothing happens.

        An interrupt that comes after the prompt is shown and before `readline` waits for a key is
        seen only at the next key; nobody but a test is so fast.
        """
        for _ in range(SECONDS // PATIENCE_SECONDS):
            self.type("\x03")
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(PATIENCE_SECONDS)
        raise AssertionError(f"it does not end: {self._unread!r}")
