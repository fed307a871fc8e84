"""Changes all rows in one transaction."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("UPDATE things SET name = 'another'")
