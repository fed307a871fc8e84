"""Looks for the partner of every row, under two locks."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_foreign_key("fk_things_owners", "things", "owners", ["owner_id"], ["id"])
