"""Builds an index while nobody can write."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_things_name", "things", ["name"])
