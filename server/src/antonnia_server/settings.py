"""What an operator can set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_DATA_DIRECTORY = Path(".antonnia")

_KIB = 1024
_MIB = 1024 * _KIB


def _limit(default: int, what: str, *, least: int = 1) -> int:
    """A field of `Limits`; `what` is its line in `--help` and in docs/limits.md."""
    limit: int = field(default=default, metadata={"what": what, "least": least})
    return limit


@dataclass(frozen=True)
class Limits:
    """What may grow at the edge of the network, and how far; each is an option of the commands."""

    max_target_bytes: int = _limit(8 * _KIB, "Bytes of the path and query of a request.")
    max_head_bytes: int = _limit(32 * _KIB, "Bytes of a request line and its headers.")
    max_headers: int = _limit(100, "Headers of a request.")
    max_pipelined: int = _limit(32, "Requests that wait on one connection for their turn.")
    head_seconds: int = _limit(10, "Seconds for a head, from its first byte to its last.")
    body_seconds: int = _limit(10, "Seconds for a body, besides those for its bytes.")
    answer_seconds: int = _limit(20, "Seconds to take an answer, besides those for its bytes.")
    min_bytes_per_second: int = _limit(16 * _KIB, "Bytes that pay for one more of those seconds.")
    idle_seconds: int = _limit(75, "Seconds that a connection may wait for a request.")
    max_connections: int = _limit(10_000, "Connections, if the process may open as many files.")
    max_requests: int = _limit(2_000, "Requests that are worked on or wait for it.")
    max_waiting_writes: int = _limit(1_000, "Requests that wait for their write.")
    max_held_bytes: int = _limit(32 * _MIB, "Bytes of the bodies of unanswered requests.")
    max_unsent_bytes: int = _limit(128 * _MIB, "Bytes of answers that clients have not taken.")
    shutdown_seconds: int = _limit(10, "Seconds for the requests in flight at a stop.")


@dataclass(frozen=True)
class PostgresLimits:
    """What a process takes of a PostgreSQL, and how long anything may take there."""

    writers: int = _limit(8, "Connections that write, at a time.")
    readers: int = _limit(4, "Connections that read, at a time.")
    connect_seconds: int = _limit(5, "Seconds to connect to the database.")
    statement_seconds: int = _limit(30, "Seconds for a statement.")
    # An idempotency key that is in use is waited for as long.
    lock_seconds: int = _limit(10, "Seconds to wait for what another one has locked.")
    # Whoever hung in a transaction would keep what it has locked; who waits for that outlasts it.
    idle_seconds: int = _limit(5, "Seconds between two statements of a transaction.")


@dataclass(frozen=True)
class MigrationLimits:
    """How a migration waits for what others have locked, on PostgreSQL."""

    # Whoever needs a table waits behind a migration that waits for it.
    lock_seconds: int = _limit(3, "Seconds to wait for a lock before letting others pass.")
    tries: int = _limit(10, "Times to try a migration that does not get its locks.")


@dataclass(frozen=True)
class JobLimits:
    """How a process does what is due later."""

    concurrency: int = _limit(32, "Jobs that run at a time.")
    lease_seconds: int = _limit(15, "Seconds that a job stays with a process that is silent.")


@dataclass(frozen=True)
class WebhookLimits:
    """How events reach those who are told of them."""

    timeout_seconds: int = _limit(15, "Seconds for an attempt, to the end of the answer.")
    per_endpoint: int = _limit(8, "Attempts at a time for one webhook that takes them.")
    endpoints: int = _limit(64, "Webhooks that have their turn at a time.")
    per_organization: int = _limit(16, "Of these, those of one organization.")
    disable_after_days: int = _limit(5, "Days of failures alone after which one is disabled.")
    # After each failure, so long until the next attempt.
    retry_seconds: tuple[int, ...] = (
        5,
        5 * 60,
        30 * 60,
        2 * 60 * 60,
        5 * 60 * 60,
        10 * 60 * 60,
        14 * 60 * 60,
        20 * 60 * 60,
        24 * 60 * 60,
    )
    # Networks of this machine and of those around it may be sent to: for development.
    allows_private: bool = False
    # Networks that may be sent to although they are refused to everyone else.
    allowed_networks: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogLimits:
    """How long what happened can be read, and by how many at a time."""

    # Longer than a delivery is tried: ten days, if the receiver asks for a day after each failure.
    kept_days: int = _limit(90, "Days that events and their deliveries are kept.", least=11)
    streams: int = _limit(1_000, "Streams of a process at a time.")
    streams_per_token: int = _limit(200, "Of these, those of one token.")


@dataclass(frozen=True)
class AuditLimits:
    """How long can be read who did what."""

    kept_days: int = _limit(365, "Days that entries of the audit log are kept.")


@dataclass(frozen=True)
class RateLimits:
    """How often may be asked, as the library `limits` writes it; None is without a limit."""

    per_token: str | None = None
    per_organization: str | None = None
    # The Redis that processes tell one another through; without one it is their PostgreSQL.
    storage: str | None = field(default=None, repr=False)


# What a server in production begins with: beyond what a program asks by itself, far below what one
# would have to ask to keep others waiting.
DEFAULT_RATE_LIMITS = RateLimits("6000/minute", "30000/minute")


@dataclass(frozen=True)
class Settings:
    """How one server process runs."""

    # A clock that is moved by hand, and the endpoint that moves it. Never in production.
    is_test_clock: bool = False
    # The secret of the commands that are run beside a server; None where there is none.
    operator_secret: str | None = field(default=None, repr=False)
    # Not where other processes do what is due later.
    runs_jobs: bool = True
    jobs: JobLimits = field(default_factory=JobLimits)
    limits: Limits = field(default_factory=Limits)
    webhooks: WebhookLimits = field(default_factory=WebhookLimits)
    log: LogLimits = field(default_factory=LogLimits)
    audit: AuditLimits = field(default_factory=AuditLimits)
    # Networks whose word is taken for where a request comes from: those of the operator's proxies.
    trusted_proxies: tuple[str, ...] = ()
    rates: RateLimits = field(default_factory=RateLimits)
