"""What a migration does outside of its transaction, so that nobody has to wait for it.

It commits by itself, so a migration that uses this does nothing else, and can be run again from its
beginning after it was broken off anywhere.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

logger = logging.getLogger("antonnia.db")

PIECE = 1000
_IS_VALID = """
    SELECT indisvalid FROM pg_index
    WHERE indexrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident(%s))
"""


def create_index(name: str, table: str, definition: str, *, unique: bool = False) -> None:
    """Make an index on a table that others write to meanwhile.

    `definition` is what follows the table's name in SQL: the columns, and perhaps a condition. What
    is left of an attempt that was broken off is removed first. It waits for every transaction that
    had begun before, but nobody waits for it.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"CREATE {kind} {name} ON {table} {definition}")
        return
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        # Nobody stands in the queue that it waits in; the next migration sets it again.
        connection.exec_driver_sql("SET lock_timeout = 0")
        is_valid = connection.exec_driver_sql(_IS_VALID, (name,)).scalar()
        if is_valid is False:
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
        if not is_valid:
            logger.warning("Building the index %s; others go on meanwhile.", name)
            connection.exec_driver_sql(f"CREATE {kind} CONCURRENTLY {name} ON {table} {definition}")


def change_in_pieces(statement: str) -> None:
    """Run a statement again and again, each time in a transaction of its own, while it finds much.

    It changes at most `:piece` rows that it has not changed before, and fewer only if there are no
    more. What processes of the version before write meanwhile may be left over.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        while connection.execute(sa.text(statement), {"piece": PIECE}).rowcount == PIECE:
            pass
