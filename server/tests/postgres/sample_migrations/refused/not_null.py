"""Looks through all rows for nulls, under a lock."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("things", "name", nullable=False)
