"""Builds an index while others write."""

from antonnia_server.db import online

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    online.create_index("ix_things_name", "things", "(name) WHERE size > 10")
