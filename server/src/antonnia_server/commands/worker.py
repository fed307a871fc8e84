"""`antonnia worker`: a process that only runs jobs."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.process import run_worker
from antonnia_server.settings import (
    DEFAULT_HOST,
    AuditLimits,
    JobLimits,
    LogLimits,
    PostgresLimits,
    Settings,
    WebhookLimits,
)
from antonnia_server.shared_database import SharedDatabase

from .options import (
    audit_options,
    database_options,
    job_options,
    log_options,
    postgres_options,
    webhook_options,
)


@click.command()
@click.option(
    "--metrics-host",
    default=DEFAULT_HOST,
    show_default=True,
    help="The address at which the worker tells how it goes.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="The port for /metrics, /livez and /readyz; 0 takes a free one.  [default: none]",
)
@job_options
@webhook_options
@log_options
@audit_options
@postgres_options
@database_options
def worker(
    database: DataDirectory | SharedDatabase,
    *,
    metrics_host: str,
    metrics_port: int | None,
    job_limits: JobLimits,
    webhook_limits: WebhookLimits,
    log_limits: LogLimits,
    audit_limits: AuditLimits,
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

    def say_ready(base_url: str | None) -> None:
        where = "" if base_url is None else f" at {base_url}"
        click.echo(f"The worker is running{where}.", err=True)

    run_worker(
        SharedDatabase(database.url, postgres_limits),
        Settings(jobs=job_limits, webhooks=webhook_limits, log=log_limits, audit=audit_limits),
        None if metrics_port is None else (metrics_host, metrics_port),
        on_ready=say_ready,
    )
