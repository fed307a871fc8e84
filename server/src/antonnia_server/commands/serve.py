"""`antonnia serve`: the server and nothing made on the way."""

from __future__ import annotations

import click

from antonnia_server.data_directory import DataDirectory
from antonnia_server.fault import Fault
from antonnia_server.process import run_server, run_shared_server
from antonnia_server.settings import (
    DEFAULT_RATE_LIMITS,
    AuditLimits,
    JobLimits,
    Limits,
    LogLimits,
    PostgresLimits,
    RateLimits,
    Settings,
    WebhookLimits,
)
from antonnia_server.shared_database import SharedDatabase

from .options import (
    audit_options,
    database_options,
    job_options,
    limit_options,
    listen_options,
    log_options,
    postgres_options,
    proxy_option,
    webhook_options,
)
from .rate_options import rate_limit_options


@click.command()
@listen_options
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Processes that serve; more than one on PostgreSQL only.",
)
@click.option(
    "--jobs/--no-jobs",
    "runs_jobs",
    default=True,
    envvar="ANTONNIA_SERVE_JOBS",
    help="Run jobs too, or leave them all to `antonnia worker`.  [default: jobs]",
)
@job_options
@webhook_options
@log_options
@audit_options
@proxy_option
@rate_limit_options("serve", DEFAULT_RATE_LIMITS, is_shared=True)
@limit_options
@postgres_options
@database_options
def serve(
    database: DataDirectory | SharedDatabase,
    host: str,
    port: int,
    *,
    workers: int,
    runs_jobs: bool,
    job_limits: JobLimits,
    webhook_limits: WebhookLimits,
    log_limits: LogLimits,
    audit_limits: AuditLimits,
    trusted_proxy: tuple[str, ...],
    rates: RateLimits,
    limits: Limits,
    postgres_limits: PostgresLimits,
) -> None:
    """Run the server in production.

    `antonnia token create` makes the organizations and tokens.
    """

    def say_ready(base_url: str) -> None:
        click.echo(f"Antonnia is running at {base_url}.", err=True)

    if isinstance(database, SharedDatabase):
        run_shared_server(
            SharedDatabase(database.url, postgres_limits),
            host,
            port,
            settings=Settings(
                runs_jobs=runs_jobs,
                jobs=job_limits,
                limits=limits,
                webhooks=webhook_limits,
                log=log_limits,
                audit=audit_limits,
                trusted_proxies=trusted_proxy,
                rates=rates,
            ),
            processes=workers,
            on_ready=say_ready,
        )
        return
    if workers > 1:
        raise Fault(
            "one process owns a SQLite file; --workers needs PostgreSQL, "
            "--database-url postgresql://host/name."
        )
    if not runs_jobs:
        raise Fault(
            "one process owns a SQLite file, and nobody else could run its jobs; --no-jobs needs "
            "PostgreSQL, --database-url postgresql://host/name."
        )
    run_server(
        database,
        host,
        port,
        settings=Settings(
            jobs=job_limits,
            limits=limits,
            webhooks=webhook_limits,
            log=log_limits,
            audit=audit_limits,
            trusted_proxies=trusted_proxy,
            rates=rates,
        ),
        prepare=lambda: None,
        on_ready=say_ready,
    )
