"""Which organizations a partner has made, and what the API calls an organization.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organizations", sa.Column("shown_name", sa.Text(), nullable=True))
    op.create_table(
        "partnerships",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "child_id", name=op.f("pk_partnerships")),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_partnerships_child_id", "partnerships", ["child_id"], unique=True)
