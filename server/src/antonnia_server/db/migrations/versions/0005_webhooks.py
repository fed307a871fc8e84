"""Webhooks, the ledger of their deliveries, and lanes of jobs.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Processes of the version before look through the few jobs that wait, without the index they had.
LOCKS = {"jobs": "a moment: what is done is deleted, so there are never many"}


def upgrade() -> None:
    _add_lanes()
    op.create_table(
        "event_horizons",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("deleted_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_event_horizons")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secrets", sa.JSON(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_webhooks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_webhooks_enabled",
        "webhooks",
        ["organization_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'enabled'"),
        postgresql_where=sa.text("status = 'enabled'"),
    )
    _create_deliveries()


def _add_lanes() -> None:
    op.add_column("jobs", sa.Column("lane", sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix_jobs_due", table_name="jobs")
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_deliveries")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_deliveries_event",
        "deliveries",
        ["organization_id", "event_id", "webhook_id"],
        unique=True,
    )
    op.create_index(
        "ix_deliveries_webhook", "deliveries", ["organization_id", "webhook_id", "id"], unique=False
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["organization_id", "webhook_id", "next_attempt_at", "position"],
        unique=False,
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_undelivered",
        "deliveries",
        ["organization_id", "status", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('failed', 'exhausted')"),
        postgresql_where=sa.text("status IN ('failed', 'exhausted')"),
    )
