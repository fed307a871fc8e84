"""Gives every row a default of its own."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN token text DEFAULT gen_random_uuid()::text")
