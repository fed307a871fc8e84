"""When a cancellation reaches a call: only where the call really waits.

A task can be cancelled between two steps: where it only lets others run, or when what it waited
for has come but has not been looked at. A pool that is interrupted there has given a connection
away and nobody to give it back; so the pool of httpx loses one connection after another, until
none is left. Here a call takes such a step first and is cancelled at its next real wait, which is
where pools expect it.
"""

from __future__ import annotations

import asyncio
import math
import types
from typing import Any, Coroutine, Generator, Optional, TypeVar

T = TypeVar("T")


@types.coroutine
def cancelled_only_at_waits(call: Coroutine[Any, Any, T]) -> Generator[Any, None, T]:
    """What the call gives, run step by step."""
    held_back: Optional[BaseException] = None
    error: Optional[BaseException] = None
    while True:
        try:
            # What the call waits for: a future, or nothing if it only lets others run.
            awaited = call.send(None) if error is None else call.throw(error)
        except StopIteration as end:
            if held_back is not None:
                raise held_back from None
            result: T = end.value
            return result
        error = None
        if held_back is not None and awaited is not None:
            awaited.cancel()
            error, held_back = held_back, None
            continue
        try:
            if awaited is None:
                yield
            else:
                yield from _until_done(awaited).__await__()
        except asyncio.CancelledError as exc:
            if (awaited is None or awaited.done()) and not _is_of_a_scope():
                held_back = exc
            else:
                if awaited is not None:
                    awaited.cancel()
                error = exc
        except GeneratorExit:
            call.close()
            raise


def _until_done(awaited: asyncio.Future[Any]) -> asyncio.Future[None]:
    # A task that is cancelled cancels at once what it waits for. Between that and its next step,
    # the pool could still give it a connection; so it waits for this, and then looks.
    done: asyncio.Future[None] = awaited.get_loop().create_future()
    awaited.add_done_callback(lambda _: None if done.done() else done.set_result(None))
    return done


def _is_of_a_scope() -> bool:
    # The time limits within httpx are cancel scopes of anyio. Such a scope may be left with the
    # next step, and its cancellation must not outlive it.
    from anyio import current_effective_deadline

    return current_effective_deadline() == -math.inf
