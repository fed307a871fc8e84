"""The tables of the log, and of those who are told of it."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import Json, metadata, partial_index, postgres_only

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

# Up to where the log of an organization was deleted. Apart from the positions, which every change
# of the organization writes.
event_horizons = sa.Table(
    "event_horizons",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("deleted_position", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    # The types that it wants, each by name or with a `*` at the end.
    sa.Column("events", Json, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("headers", Json, nullable=False),
    # enabled, paused or disabled.
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("disabled_reason", sa.Text),
    sa.Column("secret", sa.Text, nullable=False),
    # Those before it, which sign too: each `secret`, the newest last, and `until` when.
    sa.Column("old_secrets", Json, nullable=False),
    # Up to here the log has been looked through for it.
    sa.Column("position", sa.BigInteger, nullable=False),
    # Of the attempts since its last success: when the first of them failed, and how many did.
    sa.Column("failing_since", sa.BigInteger),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    partial_index("ix_webhooks_enabled", "organization_id", "id", where="status = 'enabled'"),
    sqlite_with_rowid=False,
)

# The ledger: a row for each event and webhook that wants it.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("webhook_id", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    # Of the event; 0 while the log has not been looked through up to it.
    sa.Column("position", sa.BigInteger, nullable=False),
    # pending, succeeded, failed (and tried again) or exhausted.
    sa.Column("status", sa.Text, nullable=False),
    # As they are answered; the newest ones, if there are very many.
    sa.Column("attempts", Json, nullable=False),
    # Of these, how many since it was first due, or was queued again by hand.
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("uq_deliveries_event", "organization_id", "event_id", "webhook_id", unique=True),
    sa.Index("ix_deliveries_webhook", "organization_id", "webhook_id", "id"),
    partial_index(
        "ix_deliveries_due",
        "organization_id",
        "webhook_id",
        "next_attempt_at",
        "position",
        where="next_attempt_at IS NOT NULL",
    ),
    partial_index(
        "ix_deliveries_undelivered",
        "organization_id",
        "status",
        "id",
        where="status IN ('failed', 'exhausted')",
    ),
    # Tests that wait until the log has been looked through up to them: never many.
    partial_index(
        "ix_deliveries_waiting",
        "organization_id",
        "webhook_id",
        # With it SQLite finds that the index is better than the primary key.
        "position",
        where="position = 0",
    ),
    sqlite_with_rowid=False,
)
