"""The log as a stream of server-sent events, which a client resumes where it was cut off."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from time import perf_counter

from antonnia_server.clock import SECOND, Clock
from antonnia_server.db import Database, StorageFailed, Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.refusal import Overloaded, RateLimited, Refusal
from antonnia_server.settings import LogLimits

from . import service

# A comment tells the client, and whatever stands between, that the connection lives.
COMMENT_SECONDS = 15.0
# After tokens have changed, all who follow are looked at so soon; the next changes wait for it.
ASK_AGAIN_SECONDS = 0.25
RETRY_AFTER_SECONDS = 5
# Among events that a stream does not want, it says so often how far it has come.
SAY_POSITION_EVERY = 1_000
_COMMENT = b": still here\n\n"


class Streams:
    """The streams of one process."""

    def __init__(self, db: Database, clock: Clock, limits: LogLimits) -> None:
        self._db = db
        self._clock = clock
        self._limits = limits
        self._is_stopping = False
        self._of_token: Counter[str] = Counter()
        self._count = 0
        self._tails = _Tails(db)
        self._asking: asyncio.TimerHandle | None = None

    def ask_again(self) -> None:
        """Look soon whether those who follow still may: some token is worth something else."""
        if self._count and self._asking is None:
            loop = asyncio.get_running_loop()
            self._asking = loop.call_later(ASK_AGAIN_SECONDS, self._ask)

    def _ask(self) -> None:
        self._asking = None
        self._tails.wake_all()

    def stop(self) -> None:
        """End every stream: the server waits for what is under way."""
        self._is_stopping = True
        self._tails.wake_all()

    def take_place(self, caller: Caller) -> Callable[[], None]:
        """A place for one more stream; what gives it back.

        Raises:
            Overloaded: The process has too many.
            RateLimited: The token has.
        """
        token = caller.token_id or ""
        if self._is_stopping:
            raise Overloaded("The server stops.", retry_after_seconds=1)
        if self._count >= self._limits.streams:
            raise Overloaded(
                "The server has too many streams.", retry_after_seconds=RETRY_AFTER_SECONDS
            )
        if self._of_token[token] >= self._limits.streams_per_token:
            raise RateLimited(
                f"A token has {self._limits.streams_per_token} streams at a time at most; close "
                "one first.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self._count += 1
        self._of_token[token] += 1

        def give_back() -> None:
            self._count -= 1
            self._of_token[token] -= 1
            if not self._of_token[token]:
                del self._of_token[token]

        return give_back

    async def follow(
        self,
        caller: Caller,
        position: int,
        types: Sequence[str],
        *,
        who_asks: Callable[[], Awaitable[Caller]],
    ) -> AsyncGenerator[bytes]:
        """The events after a position, as they are taken and as they come.

        Nothing is kept for a client: a page is read when the one before it has been taken. It ends
        when the server stops, when the caller may read no more, or when the log is deleted faster
        than the client takes it.
        """
        # Whoever is cut off before the first event goes on from here as well.
        yield _place(position)
        said = position
        comment = _Deadline(COMMENT_SECONDS)
        tail = self._tails.of(caller.organization_id)
        with tail:
            while not self._is_stopping:
                moved = tail.next
                try:
                    # Remembered for a second at most, as it is for any other request.
                    caller = await who_asks()
                    found = await self._db.read(service.follow, caller, position, types)
                except (Refusal, StorageFailed):
                    # Whoever resumes is told what is wrong.
                    return
                is_at_end = found.position == position
                position = found.position
                if found.events:
                    said = found.events[-1][0].position
                    yield _written(found.events)
                    comment.renew()
                if position - said >= SAY_POSITION_EVERY or comment.left <= 0:
                    said = position
                    yield _COMMENT + _place(position)
                    comment.renew()
                if is_at_end:
                    await _wait(moved, min(comment.left, self._seconds_of(caller)))

    def _seconds_of(self, caller: Caller) -> float:
        """How long the caller's token is still valid."""
        if caller.token_ends_at is None:
            return COMMENT_SECONDS
        return max((caller.token_ends_at - self._clock.now()) / SECOND, 0)


class _Deadline:
    """So many seconds after it was last met, whatever else went on meanwhile."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    @property
    def left(self) -> float:
        return self._at - perf_counter()

    def renew(self) -> None:
        self._at = perf_counter() + self._seconds


class _Tails:
    """Wakes the streams of an organization when its log has grown, and no others.

    A commit does not say whose it is. So that a thousand streams do not look each time, one does
    for all of them.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._of: dict[str, _Tail] = {}
        self._is_stale = False
        self._looking: asyncio.Task[None] | None = None
        db.listen(service.TOPIC, self._on_commit)

    def of(self, organization_id: str) -> _Tail:
        tail = self._of.get(organization_id)
        if tail is None:
            tail = self._of[organization_id] = _Tail(lambda: self._of.pop(organization_id, None))
        return tail

    def wake_all(self) -> None:
        for tail in self._of.values():
            tail.wake()

    def _on_commit(self) -> None:
        self._is_stale = True
        if self._of and self._looking is None:
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        try:
            while self._is_stale and self._of:
                self._is_stale = False
                tails = dict(self._of)
                ends = await self._db.read(_last_positions, list(tails))
                for organization_id, end in ends.items():
                    tails[organization_id].move_to(end)
        except StorageFailed:
            # Those who wait look for themselves, and meet what is wrong.
            self.wake_all()
        finally:
            self._looking = None


class _Tail:
    """The end of one organization's log, for the streams that wait there."""

    def __init__(self, on_leaving: Callable[[], object]) -> None:
        self.next = asyncio.Event()
        self._end = -1
        self._followers = 0
        self._on_leaving = on_leaving

    def __enter__(self) -> None:
        self._followers += 1

    def __exit__(self, *_: object) -> None:
        self._followers -= 1
        if not self._followers:
            self._on_leaving()

    def move_to(self, end: int) -> None:
        if end != self._end:
            self._end = end
            self.wake()

    def wake(self) -> None:
        woken, self.next = self.next, asyncio.Event()
        woken.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _written(events: Iterable[tuple[service.EventRow, bytes]]) -> bytes:
    return b"".join(
        b"id: %d\nevent: %s\ndata: %s\n\n" % (row.position, row.type.encode(), body)
        for row, body in events
    )


def _place(position: int) -> bytes:
    """Of an event without data a client takes only the position."""
    return b"id: %d\n\n" % position


def _last_positions(tx: Transaction, organization_ids: list[str]) -> dict[str, int]:
    return {each: service.last_position(tx, Caller(each)) for each in organization_ids}
