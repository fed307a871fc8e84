"""Commits in the middle, and cannot begin again."""

from alembic import op

from antonnia_server.db import online

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN age bigint")
    online.create_index("ix_things_age", "things", "(age)")
