"""Locks two tables at once."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE owners ADD COLUMN age bigint")
    op.execute("ALTER TABLE things ADD COLUMN age bigint")
