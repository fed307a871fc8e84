"""Demands what the version before does not write."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN age bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE things ALTER COLUMN age DROP DEFAULT")
