"""Gaps: questions that were not answered; and threads that remember what was suggested.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("threads", sa.Column("offered_run_id", sa.Text(), nullable=True))
    op.create_table(
        "gaps",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("knowledge_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("times_asked", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "knowledge_id", "id", name=op.f("pk_gaps")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_gaps_fingerprint",
        "gaps",
        ["organization_id", "knowledge_id", "fingerprint"],
        unique=True,
    )
    op.create_index(
        "ix_gaps_most_asked",
        "gaps",
        ["organization_id", "knowledge_id", "status", "times_asked", "last_asked_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_gaps_newest",
        "gaps",
        ["organization_id", "knowledge_id", "status", "last_asked_at", "id"],
        unique=False,
    )
