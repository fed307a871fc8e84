"""Refuses what the version before may write."""

from antonnia_server.db import online

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    online.create_index("uq_things_name", "things", "(name)", unique=True)
