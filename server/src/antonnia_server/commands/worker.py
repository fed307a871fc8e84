"""`antonnia worker`: a process that only runs jobs."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.process import run_worker
from antonnia_server.settings import (
    JobLimits,
    LogLimits,
    PostgresLimits,
    Settings,
    WebhookLimits,
)
from antonnia_server.shared_database import SharedDatabase

from .options import (
    database_options,
    job_options,
    log_options,
    postgres_options,
    webhook_options,
)


@click.command()
@job_options
@webhook_options
@log_options
@postgres_options
@database_options
def worker(
    database: DataDirectory | SharedDatabase,
    *,
    job_limits: JobLimits,
    webhook_limits: WebhookLimits,
    log_limits: LogLimits,
    postgres_limits: PostgresLimits,
) -> None:
    """Run the jobs of a PostgreSQL database, beside servers and other workers.

    SIGTERM lets the jobs that run come to their end. What a worker that died was at, another
    process takes over.
    """
    if not isinstance(database, SharedDatabase):
        raise Fault(
            "the server that owns a SQLite file runs its jobs too; a worker needs PostgreSQL, "
            "--database-url postgresql://host/name."
        )
    run_worker(
        SharedDatabase(database.url, postgres_limits),
        Settings(jobs=job_limits, webhooks=webhook_limits, log=log_limits),
        on_ready=lambda: click.echo("The worker is running.", err=True),
    )
