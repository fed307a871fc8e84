"""Hides its lock from whoever looks at the end."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE things ADD COLUMN age bigint")
