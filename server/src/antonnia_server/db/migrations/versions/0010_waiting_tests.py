"""An index of the deliveries whose event has not been looked at.

Revision ID: 0010
Revises: 0009
"""

from antonnia_server.db import online

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        "(organization_id, webhook_id, position) WHERE position = 0",
    )
