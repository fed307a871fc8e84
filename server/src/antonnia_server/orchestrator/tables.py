"""The tables of assistants, threads, runs and their steps, and of gaps."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import Json, metadata, partial_index

assistants = sa.Table(
    "assistants",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("instructions", sa.Text),
    sa.Column("tools", Json, nullable=False),
    sa.Column("knowledge_ids", Json, nullable=False),
    sa.Column("flow_id", sa.Text),
    sa.Column("limits", Json, nullable=False),
    sa.Column("fallback", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("metadata", Json, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    sqlite_with_rowid=False,
)

threads = sa.Table(
    "threads",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text),
    # A thread that is bound to a session stores no messages; it reads the session's.
    sa.Column("session_id", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    # The position up to which completed runs have taken the contact's messages in.
    sa.Column("answered_position", sa.BigInteger, nullable=False),
    sa.Column("metadata", Json, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    # The last completed run, if it ended in a suggestion: what the contact may pick from.
    sa.Column("offered_run_id", sa.Text),
    partial_index(
        "uq_threads_session",
        "organization_id",
        "session_id",
        unique=True,
        where="session_id IS NOT NULL",
    ),
    sqlite_with_rowid=False,
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("assistant_id", sa.Text, nullable=False),
    sa.Column("assistant_version", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    # The job that runs it: a job that runs again finds its unfinished run by this.
    sa.Column("job_id", sa.Text),
    # The session's epoch at the start: what the run decides is void once that has moved.
    sa.Column("epoch", sa.BigInteger),
    # The newest message that the run takes in.
    sa.Column("input_position", sa.BigInteger),
    sa.Column("required_action", Json),
    sa.Column("last_error", Json),
    sa.Column("usage", Json),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger),
    sa.Column("started_at", sa.BigInteger),
    sa.Column("finished_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(
        ["organization_id", "thread_id"], ["threads.organization_id", "threads.id"]
    ),
    sa.Index("ix_runs_thread", "organization_id", "thread_id", "created_at"),
    partial_index(
        "uq_runs_unfinished_job",
        "organization_id",
        "job_id",
        unique=True,
        where="status = 'in_progress' AND job_id IS NOT NULL",
    ),
    sqlite_with_rowid=False,
)

# The ledger: what each step of a run produced, committed before the next step begins.
run_steps = sa.Table(
    "run_steps",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("input", Json),
    sa.Column("output", Json),
    sa.Column("citations", Json),
    sa.Column("usage", Json),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
    sa.ForeignKeyConstraint(["organization_id", "run_id"], ["runs.organization_id", "runs.id"]),
    sqlite_with_rowid=False,
)

# What contacts asked and a knowledge base had no answer to, each question once.
gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("knowledge_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    # In the words of whoever asked first.
    sa.Column("question", sa.Text, nullable=False),
    # The same for questions that differ only in case, accents, signs and spaces.
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("times_asked", sa.BigInteger, nullable=False),
    # Of the last time that it was asked.
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    # open, answered or dismissed.
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("entry_id", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("last_asked_at", sa.BigInteger, nullable=False),
    sa.Index("uq_gaps_fingerprint", "organization_id", "knowledge_id", "fingerprint", unique=True),
    sa.Index(
        "ix_gaps_most_asked",
        "organization_id",
        "knowledge_id",
        "status",
        "times_asked",
        "last_asked_at",
        "id",
    ),
    sa.Index("ix_gaps_newest", "organization_id", "knowledge_id", "status", "last_asked_at", "id"),
    sqlite_with_rowid=False,
)
