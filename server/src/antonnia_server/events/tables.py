"""The table of the log."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import metadata, postgres_only

events = sa.Table(
    "events",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    # Given at insert where writes are one after another; where they are not, given afterwards in
    # the order of their commits.
    sa.Column("position", sa.BigInteger),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    # The event's `data` as it is sent, byte for byte, on every attempt.
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("request_id", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("uq_events_position", "organization_id", "position", unique=True),
    sqlite_with_rowid=False,
)

# On PostgreSQL, the order of the insertions, and those that have no position yet. Whoever changes
# what another has changed inserts later, but commits come in any order.
postgres_only(
    events,
    "ALTER TABLE events ADD COLUMN insertion bigint GENERATED ALWAYS AS IDENTITY",
    "CREATE INDEX ix_events_unnumbered ON events (insertion) WHERE position IS NULL",
)

# The last position given: kept apart, so that emptying the log does not give a position twice.
event_positions = sa.Table(
    "event_positions",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("last_position", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
