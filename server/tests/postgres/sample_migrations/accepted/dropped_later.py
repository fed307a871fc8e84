"""Takes away what no version has read for a while, and says since when."""

from alembic import op

revision = "0002"
down_revision = "0001"

# This very version is the first one that does not read it.
COMPATIBLE_SINCE = "0002"


def upgrade() -> None:
    op.drop_column("things", "name")
