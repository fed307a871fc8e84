"""The connections of one event loop; they end with it."""

from __future__ import annotations

import asyncio
import sys
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncGenerator,
    Coroutine,
    Dict,
    Optional,
    Set,
    TypeVar,
    Union,
)

from .cancellation import cancelled_only_at_waits
from .connection_pool import ConnectionPool
from .httpx_failures import closed_meanwhile

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class LoopConnections:
    """The connections of one event loop, and the calls under way in it."""

    def __init__(self, http: Union[httpx.AsyncClient, ConnectionPool], *, is_ours: bool) -> None:
        self.http: Union[httpx.AsyncClient, ConnectionPool] = http
        self.is_closing: bool = False
        # Who reads one holds it; it ends when nobody does.
        self.streams: weakref.WeakSet[AsyncGenerator[Any, None]] = weakref.WeakSet()
        self._is_ours = is_ours
        self._calls: Set[Optional[asyncio.Task[object]]] = set()
        self._calls_ended: Optional[asyncio.Event] = None
        self._closing: Optional[asyncio.Task[None]] = None
        self._life: Optional[AsyncGenerator[None, None]] = None

    async def open(self, owners: Dict[asyncio.AbstractEventLoop, LoopConnections]) -> None:
        """Live among `owners` until closed, or until the loop ends.

        A loop that ends well, as with `asyncio.run`, ends its generators while it can still close
        connections. Nothing else tells that it ends; later they could not even be closed.
        """
        self._life = self._live(owners)
        await self._life.__anext__()

    async def _live(
        self, owners: Dict[asyncio.AbstractEventLoop, LoopConnections]
    ) -> AsyncGenerator[None, None]:
        loop = asyncio.get_running_loop()
        owners[loop] = self
        try:
            yield
        finally:
            owners.pop(loop, None)
            if self._is_ours:
                await self.http.aclose()

    async def until_closed(self, call: Coroutine[object, object, T]) -> T:
        """What the call gives; if the client is closed meanwhile, the error that says so."""
        task = asyncio.current_task()
        self._calls.add(task)
        try:
            is_safe = isinstance(self.http, ConnectionPool)
            return await (call if is_safe else cancelled_only_at_waits(call))
        except asyncio.CancelledError:
            if not self.is_closing or is_cancelled_by_another(task):
                raise
            # The cancellation was ours, to cut the call off.
            raise closed_meanwhile() from None
        finally:
            self._calls.discard(task)
            if self._calls_ended is not None and not self._calls:
                self._calls_ended.set()

    async def close(self) -> None:
        """Cut off the calls under way, and close the connections once they have ended.

        Who closes them too waits for the same end. A call that was cancelled twice would look like
        one that its owner has cancelled, and the connections can be closed only once.
        """
        self.is_closing = True
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._calls:
            self._calls_ended = asyncio.Event()
            for task in self._calls:
                if task is not None:
                    task.cancel()
            await self._calls_ended.wait()
        for stream in list(self.streams):
            await stream.aclose()
        if self._life is not None:
            await self._life.aclose()

    def close_from_another(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the loop to which they belong close them, from a thread that runs another.

        Nobody waits for it: that loop may itself wait for this thread, or never run again. A loop
        that is closed, or is being closed meanwhile, has no calls under way any more.
        """
        tasks: Set[asyncio.Task[None]] = set()

        def begin() -> None:
            task = loop.create_task(self.close())
            # A loop holds its tasks weakly.
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        try:
            loop.call_soon_threadsafe(begin)
        except RuntimeError:
            if not loop.is_closed():
                raise


def is_cancelled_by_another(task: Optional[asyncio.Task[object]]) -> bool:
    """Whether another one has cancelled the task too, besides us."""
    # Before 3.11 nobody counts who has cancelled a task.
    if sys.version_info >= (3, 11) and task is not None:
        return task.uncancel() > 0
    return False
