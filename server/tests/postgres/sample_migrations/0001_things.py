"""Tables for the other samples to change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table("owners", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.create_table(
        "things",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), sa.CheckConstraint("size > 0"), nullable=True),
        sa.CheckConstraint("size IS NOT NULL", name="size_is_known"),
    )
    op.execute("ALTER TABLE things ADD CONSTRAINT is_named CHECK (name <> '') NOT VALID")
