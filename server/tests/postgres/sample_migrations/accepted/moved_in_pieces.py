"""Changes all rows, a thousand at a time."""

from antonnia_server.db import online

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    online.change_in_pieces(
        "UPDATE things SET name = 'another' WHERE id IN"
        " (SELECT id FROM things WHERE name <> 'another' LIMIT :piece)"
    )
