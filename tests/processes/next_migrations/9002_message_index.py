"""An index of a table that is written to all the time."""

from antonnia_server.db import online

revision = "9002"
down_revision = "9001"


def upgrade() -> None:
    online.create_index("ix_messages_created_at", "messages", "(organization_id, created_at, id)")
