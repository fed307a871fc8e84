"""The table of jobs."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import Json, metadata, partial_index

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    # Empty for work of the platform itself.
    sa.Column("organization_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    # Which runner takes it; work that waits for others has one of its own, so that it keeps no
    # other work waiting.
    sa.Column("lane", sa.Text, nullable=False, server_default=""),
    sa.Column("arguments", Json, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    # Scheduling again under the same key moves the job that waits. Cleared when it begins to run.
    sa.Column("dedupe_key", sa.Text),
    # One running job for each key.
    sa.Column("lock_key", sa.Text),
    # pending, running or parked; a job that is done is deleted.
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("lease_until", sa.BigInteger, nullable=False),
    # Grows with every claim: a worker that wakes up late holds an old one and cannot write.
    sa.Column("fencing_token", sa.BigInteger, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    partial_index("ix_jobs_due", "lane", "due_at", "id", where="status = 'pending'"),
    partial_index("ix_jobs_lease", "lease_until", where="status = 'running'"),
    partial_index(
        "uq_jobs_lock",
        "lock_key",
        unique=True,
        where="status = 'running' AND lock_key IS NOT NULL",
    ),
    partial_index(
        "uq_jobs_dedupe",
        "organization_id",
        "name",
        "dedupe_key",
        unique=True,
        where="dedupe_key IS NOT NULL",
    ),
    sqlite_with_rowid=False,
)
