"""Relies on a condition that was checked before."""

from alembic import op

revision = "0002"
down_revision = "0001"

COMPATIBLE_SINCE = "0001"


def upgrade() -> None:
    op.alter_column("things", "size", nullable=False)
