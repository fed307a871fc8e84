"""Blocks of sessions, for the search by several frequent terms.

Revision ID: 0004
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# No earlier version knew PostgreSQL.
COMPATIBLE_SINCE = "0004"


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    op.create_table(
        "session_block_bits",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "path", "value", "segment", name=op.f("pk_session_block_bits")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_block_members",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "created_at", "session_id", name=op.f("pk_session_block_members")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_session_block_members_number",
        "session_block_members",
        ["organization_id", "number"],
        unique=False,
    )
    op.create_table(
        "session_blocks",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_session_id", sa.Text(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "number", name=op.f("pk_session_blocks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_session_blocks_last",
        "session_blocks",
        ["organization_id", "last_created_at"],
        unique=False,
    )
    # The sessions that are there already are many perhaps: the job seals them, a block at a time.
    op.execute(
        "INSERT INTO jobs (id, organization_id, name, arguments, due_at, dedupe_key, lock_key,"
        " status, attempts, lease_until, fencing_token, created_at)"
        " SELECT 'job_seal_sessions_' || id, id, 'seal_sessions', '{}', created_at,"
        " 'seal_sessions', 'seal_sessions:' || id, 'pending', 0, 0, 0, created_at"
        " FROM organizations"
    )
