"""What is done later about knowledge: calibrate, write an index anew, delete a base."""

from __future__ import annotations

from collections.abc import Sequence

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, RunningJob

from . import service
from .calibration import Example


async def calibrate_knowledge(job: RunningJob) -> None:
    """Ask on snapshots, a few entries at a time; only the parameters are written."""
    knowledge_id: str = job.job.arguments["knowledge_id"]
    sampled = await job.read(service.sample, knowledge_id)
    examples: list[Example] = []
    for start in range(0, len(sampled), service.ASKED_AT_ONCE):
        some = sampled[start : start + service.ASKED_AT_ONCE]
        examples += await job.read(service.find_examples, knowledge_id, some)
        job.end_if_stopping()
    await job.write(_calibrate, examples)


def _calibrate(tx: Transaction, caller: Caller, job: Job, examples: Sequence[Example]) -> None:
    service.calibrate(tx, caller, job.arguments["knowledge_id"], examples)
    jobs.finish(tx, job)


async def rebuild_knowledge_index(job: RunningJob) -> None:
    await job.write_pieces(_rebuild_piece)


def _rebuild_piece(tx: Transaction, caller: Caller, job: Job) -> bool:
    is_left = service.rebuild_piece(tx, caller, job.arguments["knowledge_id"])
    if not is_left:
        jobs.finish(tx, job)
    return is_left


async def delete_knowledge(job: RunningJob) -> None:
    """For the handler of whoever keeps more about a base, and deletes that first."""
    await job.write_pieces(_delete_piece)


def _delete_piece(tx: Transaction, caller: Caller, job: Job) -> bool:
    is_left = service.delete_piece(tx, caller, job.arguments["knowledge_id"])
    if not is_left:
        jobs.finish(tx, job)
    return is_left


HANDLERS = [
    Handler(service.CALIBRATE_KNOWLEDGE, calibrate_knowledge, max_attempts=3),
    Handler(service.REBUILD_INDEX, rebuild_knowledge_index, max_attempts=5),
]
