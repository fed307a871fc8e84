"""What the processes on one PostgreSQL have counted together."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import ONLY_POSTGRES, metadata, postgres_only

# Not in the write-ahead log: nobody waits for a disk, and after a crash of the server it is empty,
# which costs no more than that a limit begins anew.
rate_limit_counts = sa.Table(
    "rate_limit_counts",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    # Which window of the key's length, counted from 1970.
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    info=ONLY_POSTGRES,
)
postgres_only(rate_limit_counts, "ALTER TABLE rate_limit_counts SET UNLOGGED")
