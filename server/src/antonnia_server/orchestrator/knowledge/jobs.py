"""What is done later about knowledge."""

from __future__ import annotations

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, RunningJob

from . import service


async def delete_knowledge(job: RunningJob) -> None:
    while await job.write(_delete_piece):
        pass


def _delete_piece(tx: Transaction, caller: Caller, job: Job) -> bool:
    is_left = service.delete_piece(tx, caller, job.arguments["knowledge_id"])
    if not is_left:
        jobs.finish(tx, job)
    return is_left


HANDLERS = [Handler(service.DELETE_KNOWLEDGE, delete_knowledge, max_attempts=5)]
