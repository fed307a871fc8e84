"""What an operator can set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_DATA_DIRECTORY = Path(".antonnia")
# How many later things are done at a time, and how long one stays with a worker that is silent.
JOB_CONCURRENCY = 32
JOB_LEASE_SECONDS = 15


@dataclass(frozen=True)
class Settings:
    """How one server process runs."""

    # A clock that is moved by hand, and the endpoint that moves it. Never in production.
    is_test_clock: bool = False
    # The secret of the commands that are run beside a server; None where there is none.
    operator_secret: str | None = None
    job_concurrency: int = JOB_CONCURRENCY
    job_lease_seconds: int = JOB_LEASE_SECONDS
