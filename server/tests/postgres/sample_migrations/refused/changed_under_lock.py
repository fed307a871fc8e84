"""Adds a column, and fills it while everybody waits for the lock."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN length bigint")
    op.execute("UPDATE things SET length = size WHERE id <= 10")
