"""What the auth service does later: forget what its log keeps no longer."""

from __future__ import annotations

from antonnia_server.jobs import Handler, RunningJob
from antonnia_server.settings import AuditLimits

from .service import audit as service


def handlers(limits: AuditLimits) -> list[Handler]:
    async def delete_old_entries(job: RunningJob) -> None:
        for organization_id in await job.read(service.list_audited_organizations):
            while await job.write(
                service.delete_old_entries, organization_id, kept_days=limits.kept_days
            ):
                job.end_if_stopping()
        await job.write(service.end_audit_retention)

    return [Handler(service.DELETE_OLD_ENTRIES, delete_old_entries, max_attempts=5)]
