"""Changes all rows in one statement."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("UPDATE things SET name = 'another'")
