"""Makes a table that refers to one that is there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("thing_id", sa.BigInteger(), sa.ForeignKey("things.id")),
    )
    op.create_index("ix_parts_thing", "parts", ["thing_id"])
