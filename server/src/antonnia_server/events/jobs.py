"""What the events service does later: deliver, and forget what is too old."""

from __future__ import annotations

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.jobs import Handler, Job, RunningJob
from antonnia_server.settings import LogLimits, WebhookLimits

from . import service
from .delivering import Turn
from .sending import Sender


def delivery_handlers(sender: Sender, limits: WebhookLimits) -> list[Handler]:
    """The handlers of the lane of deliveries."""

    async def deliver(job: RunningJob) -> None:
        await Turn(job, sender, limits).run()

    return [
        Handler(service.DELIVER, deliver, max_attempts=20, give_up=service.deliver_later),
    ]


def handlers(limits: LogLimits) -> list[Handler]:
    """Those of all else."""

    async def delete_deliveries(job: RunningJob) -> None:
        await job.write_pieces(service.delete_deliveries)

    async def delete_old_events(job: RunningJob) -> None:
        for organization_id in await job.read(service.list_organizations):
            while await job.write(
                service.delete_old_events, organization_id, kept_days=limits.kept_days
            ):
                job.end_if_stopping()
        await job.write(service.end_retention, kept_days=limits.kept_days)

    def forget_later(tx: Transaction, caller: Caller, job: Job, error: str) -> None:
        service.schedule_retention_later(tx, kept_days=limits.kept_days)

    return [
        Handler(
            service.DELETE_DELIVERIES,
            delete_deliveries,
            max_attempts=5,
            give_up=service.delete_deliveries_later,
        ),
        Handler(service.DELETE_OLD_EVENTS, delete_old_events, max_attempts=5, give_up=forget_later),
    ]
