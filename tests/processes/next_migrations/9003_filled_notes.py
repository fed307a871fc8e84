"""A value for the rows that there are."""

from antonnia_server.db import online

revision = "9003"
down_revision = "9002"


def upgrade() -> None:
    online.change_in_pieces(
        "UPDATE sessions SET note = 'none' WHERE (organization_id, id) IN"
        " (SELECT organization_id, id FROM sessions WHERE note IS NULL LIMIT :piece)"
    )
