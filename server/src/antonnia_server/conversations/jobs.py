"""What conversations do later: seal the sessions that have gathered."""

from __future__ import annotations

from antonnia_server.jobs import Handler, RunningJob

from . import service
from .service import SEAL_SESSIONS


async def seal_sessions(job: RunningJob) -> None:
    """A block in each transaction, so that no write waits for more than one."""
    await job.write_pieces(service.seal_sessions)


HANDLERS = [Handler(SEAL_SESSIONS, seal_sessions, max_attempts=5)]
