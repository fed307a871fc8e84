"""The table of the log."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import metadata

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

# The last position given: kept apart, so that emptying the log does not give a position twice.
event_positions = sa.Table(
    "event_positions",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("last_position", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
