"""Time in tests: `POST /testing/v1/clock`, only on a server started with `--test-clock`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field
from starlette.datastructures import State

from antonnia.core.models import RequestModel, WireModel
from antonnia.core.moments import Moment

from .clock import SECOND, HandClock, to_datetime
from .http.authentication import identify
from .http.body import parse_body, read_body
from .http.documents import describes
from .http.moments import moment_of
from .http.permissions import EVERYTHING
from .http.refusal import invalid
from .kept_clock import LATEST
from .later_work import LaterWork

router = APIRouter(prefix="/testing/v1", tags=["testing"])
# Ten years. What recurs is done at each of its times on the way, and that should end.
MAX_ADVANCE_SECONDS = 10 * 365 * 24 * 60 * 60


class ClockMove(RequestModel):
    """The body of `POST /testing/v1/clock`: how far, in seconds, or where to.

    At most ten years (of 365 days) at a time, and not beyond the year 9000.
    """

    advance: Annotated[float, Field(ge=0, le=MAX_ADVANCE_SECONDS)] | None = None
    set: Moment | None = None


class ClockReading(WireModel):
    """What the clock shows."""

    now: AwareDatetime


@router.post("/clock", **describes(ClockReading, permission=EVERYTHING, body=ClockMove))
async def move_clock(request: Request) -> Response:
    """Move the clock, run everything that becomes due on the way, and answer when that is done."""
    # However often: who has to wait moves the clock on.
    await identify(request)
    move = parse_body(await read_body(request), ClockMove)
    if (move.advance is None) == (move.set is None):
        raise invalid(["body"], "give either `advance` or `set`")
    clock: HandClock = request.app.state.clock
    later_work: LaterWork = request.app.state.later_work
    # One after the other: each goes on from where the one before it has led.
    async with _moving(request.app.state):
        await later_work.run_until(clock, _target(move, clock.now()))
    reading = ClockReading(now=to_datetime(clock.now()))
    return Response(reading.model_dump_json(), media_type="application/json")


def _moving(state: State) -> asyncio.Lock:
    """The lock of whoever moves the clock of an application."""
    if not hasattr(state, "moving_clock"):
        state.moving_clock = asyncio.Lock()
    lock: asyncio.Lock = state.moving_clock
    return lock


def _target(move: ClockMove, now: int) -> int:
    """Where a move leads.

    Raises:
        ValidationFailed: Back, too far, or beyond the end of the clock.
    """
    if move.set is not None:
        loc, target = ["body", "set"], moment_of(move.set, ["body", "set"])
    else:
        assert move.advance is not None
        loc, target = ["body", "advance"], now + round(move.advance * SECOND)
    if target < now:
        raise invalid(loc, "is in the past of the clock, which never goes back")
    if target > LATEST:
        raise invalid(loc, "leads beyond the year 9000, where the test clock ends")
    if target - now > MAX_ADVANCE_SECONDS * SECOND:
        raise invalid(loc, "is more than ten years away; go there in several moves")
    return target
