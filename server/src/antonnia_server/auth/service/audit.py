"""The audit log: who did what to which object, from where, by which token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from antonnia.auth.types import AuditEntry, AuditExport, AuditSearch
from antonnia_server import ids, jobs
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.http.moments import moment_of
from antonnia_server.http.pagination import Listing, window
from antonnia_server.jobs import Job

from .. import wire
from ..storage import audit as storage
from ..storage.audit import AuditFilter, AuditRow

DELETE_OLD_ENTRIES = "delete_old_audit_entries"
DAY = 24 * 60 * 60 * SECOND
# At most so many in one transaction, so that no write waits long for it.
PIECE = 500
_PLATFORM = Caller(organization_id="")


@dataclass
class _Page:
    """The log grows at its beginning: it is read by cursors, and not by offsets."""

    cursor: str | None
    limit: int | None
    offset: int | None = None


def record(
    tx: Transaction, caller: Caller, action: str, result: Any, given_ids: tuple[str, ...]
) -> None:
    """Write down that the caller did something, in the transaction of what was done."""
    storage.create_entry(
        tx,
        AuditRow(
            organization_id=caller.organization_id,
            created_at=tx.now,
            id=ids.new("aud"),
            action=action,
            object_id=_object_of(result, given_ids),
            token_id=caller.token_id,
            user_id=caller.user_id,
            address=caller.address,
            request_id=caller.request_id,
        ),
    )


def _object_of(result: Any, given_ids: tuple[str, ...]) -> str | None:
    """What an operation was about: what it answers, or else the last id of its path."""
    for name in ("id", "key_id"):
        found = getattr(result, name, None)
        if isinstance(found, str):
            return found
    return given_ids[-1] if given_ids else None


def search_audit(tx: Transaction, caller: Caller, body: AuditSearch) -> Listing[AuditEntry]:
    """Entries from the newest to the oldest."""
    wanted = _filter(body)._replace(
        action=body.action,
        object_id=body.object_id,
        token_id=body.token_id,
        user_id=body.user_id,
    )
    return _page(tx, caller, body, wanted)


def export_audit(tx: Transaction, caller: Caller, body: AuditExport) -> Listing[AuditEntry]:
    """All entries between two times, from the newest to the oldest."""
    return _page(tx, caller, body, _filter(body))


def _filter(body: AuditSearch | AuditExport) -> AuditFilter:
    return AuditFilter(
        since=None if body.since is None else moment_of(body.since, ["body", "since"]),
        until=None if body.until is None else moment_of(body.until, ["body", "until"]),
    )


def _page(
    tx: Transaction, caller: Caller, body: AuditSearch | AuditExport, wanted: AuditFilter
) -> Listing[AuditEntry]:
    place = window(_Page(body.cursor, body.limit), "audit", (int, str))
    found = storage.list_entries(tx, caller, place, wanted)
    return place.page(found, wire.audit_entry, lambda row: (row.created_at, row.id))


def schedule_audit_retention(tx: Transaction, *, in_days: int = 0) -> None:
    """Have it looked, once a day, for entries that are no longer kept."""
    jobs.schedule(
        tx,
        _PLATFORM,
        DELETE_OLD_ENTRIES,
        {},
        due_at=tx.now + in_days * DAY,
        dedupe_key=DELETE_OLD_ENTRIES,
        lock_key=DELETE_OLD_ENTRIES,
    )


def list_audited_organizations(tx: Transaction, caller: Caller) -> list[str]:
    return storage.list_organizations(tx)


def delete_old_entries(
    tx: Transaction, caller: Caller, job: Job, organization_id: str, *, kept_days: int
) -> bool:
    """Delete some of the entries of an organization that are too old; whether there may be more."""
    kept_since = tx.now - kept_days * DAY
    storage.set_horizon(tx, kept_since)
    return storage.delete_before(tx, organization_id, kept_since, at_most=PIECE) == PIECE


def end_audit_retention(tx: Transaction, caller: Caller, job: Job) -> None:
    schedule_audit_retention(tx, in_days=1)
    jobs.finish(tx, job)
