"""How much work the server has taken on, and where it says that this is enough.

Whatever waits in here costs memory, and whoever waits too long has given up before the answer
comes. Beyond its bounds the server answers at once that it is overloaded, which clients take as a
wish to come again.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from antonnia_server.settings import Limits

from .body import parse_body, read_body
from .refusal import Overloaded

# The most that is parsed on the event loop, which everyone else waits for.
MAX_PARSED_AT_ONCE_BYTES = 64 * 1024
RETRY_AFTER_SECONDS = 1
Model = TypeVar("Model", bound=BaseModel)


class Places:
    """So many at a time, and no queue for one more."""

    def __init__(self, most: int, detail: str) -> None:
        self.taken = 0
        self._most = most
        self._detail = detail

    def __enter__(self) -> None:
        if self.taken >= self._most:
            raise Overloaded(self._detail, retry_after_seconds=RETRY_AFTER_SECONDS)
        self.taken += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.taken -= 1


class Intake:
    """What one application has taken on."""

    def __init__(self, limits: Limits) -> None:
        self.requests = Places(
            limits.max_requests, "Too many requests are being worked on; this one was not begun."
        )
        self.writes = Places(
            limits.max_waiting_writes, "Too many writes are waiting; nothing was written."
        )
        self.held_bytes = 0
        self._max_held_bytes = limits.max_held_bytes
        # One large body at a time: parsing needs many times its bytes.
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="antonnia-parser")

    def body(self) -> HeldBody:
        """The body of a request, counted from its first byte until the request is answered."""
        return HeldBody(self)

    def hold(self, size: int) -> None:
        """Count bytes of a body in.

        Raises:
            Overloaded: There are too many in all.
        """
        if self.held_bytes + size > self._max_held_bytes:
            raise Overloaded(
                "The bodies of unanswered requests are too large in all; nothing was written.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self.held_bytes += size

    async def parse(self, raw: bytes, model: type[Model]) -> Model:
        """The body as `model`; raises as `parse_body` does. A large one lets others pass."""
        if len(raw) <= MAX_PARSED_AT_ONCE_BYTES:
            return parse_body(raw, model)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._parser, parse_body, raw, model)

    def close(self) -> None:
        self._parser.shutdown()


class HeldBody:
    """The body of one request; leaving it lets go of its bytes."""

    __slots__ = ("_intake", "_size")

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._size = 0

    def __enter__(self) -> HeldBody:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._intake.held_bytes -= self._size

    async def read(self, request: Request) -> bytes:
        """The raw body.

        Raises:
            BodyTooLarge: It is over 1 MiB; the rest of it is not read.
            Overloaded: The server holds too many bytes already.
        """
        return await read_body(request, self._hold)

    def _hold(self, size: int) -> None:
        self._intake.hold(size)
        self._size += size
