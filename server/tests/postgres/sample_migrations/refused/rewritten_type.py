"""Gives a column another type."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("things", "owner_id", type_=sa.Text())
