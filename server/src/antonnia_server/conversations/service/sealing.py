"""Sealing: what keeps the search for sessions fast as they become many."""

from __future__ import annotations

from zlib import crc32

from antonnia_server import jobs
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Job

from ..storage import sealing as storage

SEAL_SESSIONS = "seal_sessions"
# To look at the tail costs more than to write a session, so that every session does not.
_LOOKS_EVERY = 64


def seal_when_due(tx: Transaction, caller: Caller, session_id: str) -> None:
    """Have the tail sealed if it is long; one new session in so many looks, by chance."""
    if tx.is_postgres:
        return
    if crc32(session_id.encode()) % _LOOKS_EVERY == 0 and storage.can_seal(tx, caller):
        jobs.schedule(
            tx,
            caller,
            SEAL_SESSIONS,
            {},
            due_at=tx.now,
            dedupe_key=SEAL_SESSIONS,
            lock_key=f"{SEAL_SESSIONS}:{caller.organization_id}",
        )


def seal_sessions(tx: Transaction, caller: Caller, job: Job) -> bool:
    """Seal one block; False when the tail has become short, and the job is done."""
    if storage.can_seal(tx, caller):
        storage.seal_block(tx, caller)
        return True
    jobs.finish(tx, job)
    return False
