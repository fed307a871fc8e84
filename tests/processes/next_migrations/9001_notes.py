"""A column for a table that is written to all the time, and a table that refers to it."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "BEFORE"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("note", sa.Text(), nullable=True))
    op.create_table(
        "session_notes",
        sa.Column("organization_id", sa.Text(), primary_key=True),
        sa.Column("session_id", sa.Text(), primary_key=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"], ["sessions.organization_id", "sessions.id"]
        ),
    )
