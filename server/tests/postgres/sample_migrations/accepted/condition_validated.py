"""Checks all rows while others write."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things VALIDATE CONSTRAINT is_named")
