"""Declares what it does not do."""

from alembic import op

revision = "0002"
down_revision = "0001"

LOCKS = {"things": "a moment"}


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN age bigint")
