"""What the orchestrator does later: answer a session."""

from __future__ import annotations

from antonnia_server.conversations.service import ANSWER_SESSION
from antonnia_server.jobs import Handler, RunningJob

from . import engine, service
from .knowledge import jobs as knowledge
from .knowledge.service import DELETE_KNOWLEDGE


async def answer_session(job: RunningJob) -> None:
    """Begin a run, or go on with the one that a crash left, and bring it to its end."""
    begun = await job.write(service.begin_run)
    if begun is None:
        return
    proposal = await engine.propose(job, begun)
    await job.write(service.finish_run, begun.run, engine.STEPS, proposal)


async def delete_knowledge(job: RunningJob) -> None:
    """Delete what a base that is gone has left: its gaps, then its entries."""
    await job.write_pieces(service.delete_gaps)
    await knowledge.delete_knowledge(job)


HANDLERS = [
    Handler(ANSWER_SESSION, answer_session, max_attempts=3, give_up=service.give_up),
    Handler(DELETE_KNOWLEDGE, delete_knowledge, max_attempts=5),
    *knowledge.HANDLERS,
]
