"""The tables of conversations, sessions, messages, agents and reply windows."""

from __future__ import annotations

import sqlalchemy as sa

from antonnia_server.db import ONLY_SQLITE, Json, metadata, partial_index, postgres_only

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("profile_id", sa.Text),
    sa.Column("assistant_id", sa.Text),
    # The agent of sessions that are created without one; at most one in an organization.
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    # A deleted agent is still named by the sessions and messages of its time.
    sa.Column("deleted_at", sa.BigInteger),
    sa.Index("ix_agents_created_at", "organization_id", "created_at", "id"),
    partial_index(
        "uq_agents_default",
        "organization_id",
        unique=True,
        where="is_default",
    ),
    sqlite_with_rowid=False,
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel_type", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("channel_user_id", sa.Text, nullable=False),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("current_session_id", sa.Text),
    sa.Column("last_message_id", sa.Text),
    sa.Column("last_message_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index(
        "uq_conversations_channel",
        "organization_id",
        "channel_type",
        "channel_id",
        "channel_user_id",
        unique=True,
    ),
    sqlite_with_rowid=False,
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("contact_name", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("agent_id", sa.Text),
    sa.Column("ending_survey_submission_id", sa.Text),
    sa.Column("metadata", Json, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    # The position of the newest message: given out under this row, so without gaps or doubles.
    sa.Column("last_position", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    sa.Column("closed_at", sa.BigInteger),
    sa.ForeignKeyConstraint(
        ["organization_id", "conversation_id"],
        ["conversations.organization_id", "conversations.id"],
    ),
    sa.Index("ix_sessions_created_at", "organization_id", "created_at", "id"),
    sa.Index("ix_sessions_contact", "organization_id", "contact_id", "created_at", "id"),
    sa.Index("ix_sessions_agent", "organization_id", "agent_id", "created_at", "id"),
    sa.Index("ix_sessions_status", "organization_id", "status", "created_at", "id"),
    sqlite_with_rowid=False,
)

# What metadata search looks up on PostgreSQL. Everything stands under the id of its organization,
# so that no search meets what others keep.
SEARCHED_METADATA = "jsonb_set('{}', ARRAY[organization_id], metadata::jsonb)"
postgres_only(
    sessions,
    "CREATE INDEX ix_sessions_metadata ON sessions"
    f" USING gin (({SEARCHED_METADATA}) jsonb_path_ops)",
)

# What metadata search looks up on SQLite: a row for each leaf of each session's metadata, in the
# order in which sessions are listed.
session_metadata = sa.Table(
    "session_metadata",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, primary_key=True),
    sa.Column("session_id", sa.Text, primary_key=True),
    info=ONLY_SQLITE,
    sqlite_with_rowid=False,
)

# Blocks of sessions that lie next to each other in the order of the list, and the bits of each term
# in them: see `storage/blocks.py`. Used on SQLite only, as `session_metadata` is.
session_blocks = sa.Table(
    "session_blocks",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    # Given once: the blocks of later sessions have higher numbers.
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("last_created_at", sa.BigInteger, nullable=False),
    sa.Column("last_session_id", sa.Text, nullable=False),
    # False once a session was created that would have belonged into it, or before it.
    sa.Column("is_sealed", sa.Boolean, nullable=False),
    sa.Index("ix_session_blocks_last", "organization_id", "last_created_at"),
    info=ONLY_SQLITE,
    sqlite_with_rowid=False,
)

session_block_members = sa.Table(
    "session_block_members",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("created_at", sa.BigInteger, primary_key=True),
    sa.Column("session_id", sa.Text, primary_key=True),
    # The number of the block times its size, and the place in it: grows in the order of the list.
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Index("ix_session_block_members_number", "organization_id", "number"),
    info=ONLY_SQLITE,
    sqlite_with_rowid=False,
)

session_block_bits = sa.Table(
    "session_block_bits",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("segment", sa.BigInteger, primary_key=True),
    # A number, of which bit n is the member n of the segment; see `blocks.unpacked`.
    sa.Column("bits", sa.LargeBinary, nullable=False),
    info=ONLY_SQLITE,
    sqlite_with_rowid=False,
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("content", Json, nullable=False),
    sa.Column("agent_id", sa.Text),
    sa.Column("run_id", sa.Text),
    sa.Column("provider_message_id", sa.Text),
    sa.Column("replied_provider_message_id", sa.Text),
    sa.Column("delivery_status", sa.Text, nullable=False),
    sa.Column("delivery_error_code", sa.BigInteger),
    sa.Column("delivery_error_message", sa.Text),
    sa.Column("delivered_at", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger),
    sa.ForeignKeyConstraint(
        ["organization_id", "session_id"], ["sessions.organization_id", "sessions.id"]
    ),
    sa.Index("uq_messages_position", "organization_id", "session_id", "position", unique=True),
    partial_index(
        "uq_messages_provider_message_id",
        "organization_id",
        "provider_message_id",
        "session_id",
        unique=True,
        where="provider_message_id IS NOT NULL",
    ),
    partial_index(
        "ix_messages_replied_provider_message_id",
        "organization_id",
        "replied_provider_message_id",
        "session_id",
        where="replied_provider_message_id IS NOT NULL",
    ),
    sqlite_with_rowid=False,
)

# One row for each wait of a contact for an answer, from the first `reply` to its outcome.
reply_windows = sa.Table(
    "reply_windows",
    metadata,
    sa.Column("organization_id", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, primary_key=True),
    # The job that answers.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    # answer, suggestion, hand_off or silence; none while the window is open.
    sa.Column("outcome", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("run_id", sa.Text),
    sa.Column("closed_at", sa.BigInteger),
    sqlite_with_rowid=False,
)
