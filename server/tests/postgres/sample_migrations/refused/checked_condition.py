"""Checks every row, under a lock."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_check_constraint("is_small", "things", "size < 1000000")
