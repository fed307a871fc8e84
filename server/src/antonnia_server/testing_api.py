"""Time in tests: `POST /testing/v1/clock`, only on a server started with `--test-clock`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from antonnia.core.models import RequestModel, WireModel

from .clock import SECOND, HandClock, to_datetime
from .http.authentication import authenticate
from .http.body import parse_body, read_body
from .http.documents import describes
from .http.moments import moment_of
from .http.refusal import invalid
from .jobs import Runner

router = APIRouter(prefix="/testing/v1", tags=["testing"])
MAX_ADVANCE_SECONDS = 100 * 365 * 24 * 60 * 60


class ClockMove(RequestModel):
    """The body of `POST /testing/v1/clock`: how far, in seconds, or where to."""

    advance: Annotated[float, Field(ge=0, le=MAX_ADVANCE_SECONDS)] | None = None
    set: AwareDatetime | None = None


class ClockReading(WireModel):
    """What the clock shows."""

    now: AwareDatetime


@router.post("/clock", **describes(ClockReading, body=ClockMove))
async def move_clock(request: Request) -> Response:
    """Move the clock, run everything that becomes due on the way, and answer when that is done."""
    await authenticate(request)
    move = parse_body(await read_body(request), ClockMove)
    clock: HandClock = request.app.state.clock
    if (move.advance is None) == (move.set is None):
        raise invalid(["body"], "give either `advance` or `set`")
    if move.set is not None:
        target = moment_of(move.set, ["body", "set"])
        if target < clock.now():
            raise invalid(["body", "set"], "is in the past of the clock, which never goes back")
    else:
        assert move.advance is not None
        target = clock.now() + round(move.advance * SECOND)
    runner: Runner = request.app.state.runner
    await runner.run_until(clock, target)
    reading = ClockReading(now=to_datetime(clock.now()))
    return Response(reading.model_dump_json(), media_type="application/json")
