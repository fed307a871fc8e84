"""Says why all may wait."""

from alembic import op

revision = "0002"
down_revision = "0001"

LOCKS = {"things": "for a few seconds: nobody has more than a thousand things"}


def upgrade() -> None:
    op.create_index("ix_things_name", "things", ["name"])
