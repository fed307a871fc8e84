"""The paths of runs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter

from antonnia.orchestrator.types import Run, RunStep
from antonnia_server.http.documents import describes
from antonnia_server.http.endpoint import read

from .. import service
from ..errors import RunNotFound

router = APIRouter(tags=["runs"])
_STEPS = TypeAdapter(list[RunStep])


@router.get(
    "/runs/{run_id}", **describes(Run, permission="orchestrator:read", raises=[RunNotFound])
)
async def get_run(request: Request, run_id: str) -> Response:
    """Read a run."""
    return await read(request, service.get_run, run_id)


@router.get(
    "/runs/{run_id}/steps",
    **describes(list[RunStep], permission="orchestrator:read", raises=[RunNotFound]),
)
async def list_run_steps(request: Request, run_id: str) -> Response:
    """Read what a run did, step by step."""
    return await read(request, service.list_run_steps, run_id, items=_STEPS)
