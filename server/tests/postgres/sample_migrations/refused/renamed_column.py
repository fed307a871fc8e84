"""Gives a column another name."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("things", "name", new_column_name="title")
