"""Adds a condition for rows to come."""

from alembic import op

revision = "0002"
down_revision = "0001"

# Versions that write larger ones have not been started since 0001.
COMPATIBLE_SINCE = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD CONSTRAINT is_small CHECK (size < 1000000) NOT VALID")
