"""The tables of organizations, tokens, users and members."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import Json, metadata
from antonnia_server.db.schema import postgres_only, sqlite_only

organizations = sa.Table(
    "organizations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    # What the API calls it, where that is not the name by which the operator tells it from others:
    # whether a name is taken is no business of who gives one over the API.
    sa.Column("shown_name", sa.Text),
)

# Which organizations a partner has made.
partnerships = sa.Table(
    "partnerships",
    metadata,
    # The partner.
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("child_id", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("uq_partnerships_child_id", "child_id", unique=True),
    sqlite_with_rowid=False,
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("organization_id", sa.Text, sa.ForeignKey("organizations.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("permissions", Json, nullable=False),
    # The first characters of the secret, by which people tell tokens apart.
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("user_id", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("last_used_at", sa.BigInteger),
    sa.Column("revoked_at", sa.BigInteger),
    # Whose token it is among the apps of the partner that made it.
    sa.Column("app_id", sa.Text),
)

# The secret that a token had before it was rotated, and until when that one works too.
replaced_secrets = sa.Table(
    "replaced_secrets",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False),
    sa.Column("replaced_until", sa.BigInteger, nullable=False),
    sa.Index("uq_replaced_secrets_secret_hash", "secret_hash", unique=True),
    sqlite_with_rowid=False,
)

# A user belongs to no organization: a person is the same one in several. What one of them says of a
# person stands in the membership, so that no other learns it.
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    # The address in small letters.
    sa.Column("email_key", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("uq_users_email_key", "email_key", unique=True),
    sqlite_with_rowid=False,
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("uq_members_user", "organization_id", "user_id", unique=True),
    sqlite_with_rowid=False,
)

# Before when entries are no longer kept; one row at most.
audit_horizon = sa.Table(
    "audit_horizon",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kept_since", sa.BigInteger, nullable=False),
)

# Who did what. The key is also the order in which it is read; the index is for what is asked most
# of a long log, what was done to one object.
audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text),
    sa.Column("token_id", sa.Text),
    sa.Column("user_id", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Index("ix_audit_entries_object", "organization_id", "object_id", "created_at", "id"),
    sqlite_with_rowid=False,
)
# Nobody changes what is written there, and nobody deletes it while it is kept: not we either.
sqlite_only(
    audit_entries,
    "CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
    "CREATE TRIGGER audit_entries_are_kept BEFORE DELETE ON audit_entries"
    " WHEN old.created_at >= coalesce((SELECT max(kept_since) FROM audit_horizon), 0)"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
)
postgres_only(
    audit_entries,
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN"
    " IF old.created_at < coalesce((SELECT max(kept_since) FROM audit_horizon), 0)"
    " THEN RETURN old; END IF; END IF;"
    " RAISE EXCEPTION 'the audit log is only added to'; END $$",
    "CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries"
    " FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_entries_are_kept BEFORE TRUNCATE ON audit_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
)
