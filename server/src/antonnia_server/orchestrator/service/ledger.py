"""Runs and their steps, for who asks why something was said."""

from __future__ import annotations

from antonnia.orchestrator.types import Run, RunStep
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import wire
from ..errors import RunNotFound
from ..storage import runs as storage


def get_run(tx: Transaction, caller: Caller, run_id: str) -> Run:
    run = storage.find_stored_run(tx, caller, run_id)
    if run is None:
        raise RunNotFound(run_id)
    return wire.run(run)


def list_run_steps(tx: Transaction, caller: Caller, run_id: str) -> list[RunStep]:
    """Every step, in order; a run has a few."""
    get_run(tx, caller, run_id)
    return [wire.step(row) for row in storage.list_stored_steps(tx, caller, run_id)]
