"""Adds a column with a default, which no row has to be written for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("things", sa.Column("age", sa.BigInteger(), nullable=False, server_default="0"))
