"""The spine: organizations, sessions, messages, events, jobs, runs and knowledge.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=True),
        sa.Column("assistant_id", sa.Text(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_agents")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_agents_created_at", "agents", ["organization_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "uq_agents_default",
        "agents",
        ["organization_id"],
        unique=True,
        sqlite_where=sa.text("is_default"),
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "assistants",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column(
            "tools",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column(
            "knowledge_ids",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("flow_id", sa.Text(), nullable=True),
        sa.Column(
            "limits",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column(
            "fallback",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "metadata",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_assistants")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conversations",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel_type", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("channel_user_id", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("current_session_id", sa.Text(), nullable=True),
        sa.Column("last_message_id", sa.Text(), nullable=True),
        sa.Column("last_message_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_conversations")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_conversations_channel",
        "conversations",
        ["organization_id", "channel_type", "channel_id", "channel_user_id"],
        unique=True,
    )
    op.create_table(
        "event_positions",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_event_positions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_events_position", "events", ["organization_id", "position"], unique=True)
    op.create_table(
        "idempotency_keys",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "token_id", "key", name=op.f("pk_idempotency_keys")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "arguments",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("lock_key", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("fencing_token", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_jobs_lease",
        "jobs",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "uq_jobs_dedupe",
        "jobs",
        ["organization_id", "name", "dedupe_key"],
        unique=True,
        sqlite_where=sa.text("dedupe_key IS NOT NULL"),
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
    )
    op.create_index(
        "uq_jobs_lock",
        "jobs",
        ["lock_key"],
        unique=True,
        sqlite_where=sa.text("status = 'running' AND lock_key IS NOT NULL"),
        postgresql_where=sa.text("status = 'running' AND lock_key IS NOT NULL"),
    )
    op.create_table(
        "knowledge_bases",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_knowledge_bases")),
        sa.UniqueConstraint(
            "organization_id", "name", name=op.f("uq_knowledge_bases_organization_id_name")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
    )
    op.create_table(
        "reply_windows",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organization_id", "session_id", "id", name=op.f("pk_reply_windows")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "threads",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answered_position", sa.BigInteger(), nullable=False),
        sa.Column(
            "metadata",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_threads")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_threads_session",
        "threads",
        ["organization_id", "session_id"],
        unique=True,
        sqlite_where=sa.text("session_id IS NOT NULL"),
        postgresql_where=sa.text("session_id IS NOT NULL"),
    )
    op.create_table(
        "knowledge_entries",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("knowledge_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('article', 'question')", name="kind"),
        sa.ForeignKeyConstraint(
            ["organization_id", "knowledge_id"],
            ["knowledge_bases.organization_id", "knowledge_bases.id"],
            name=op.f("fk_knowledge_entries_knowledge_bases"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "knowledge_id", "id", name=op.f("pk_knowledge_entries")
        ),
        sa.UniqueConstraint(
            "organization_id",
            "knowledge_id",
            "file_name",
            "anchor",
            name=op.f("uq_knowledge_entries_organization_id_knowledge_id_file_name_anchor"),
        ),
        sa.UniqueConstraint(
            "organization_id",
            "knowledge_id",
            "number",
            name=op.f("uq_knowledge_entries_organization_id_knowledge_id_number"),
        ),
    )
    op.create_table(
        "runs",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("assistant_id", sa.Text(), nullable=False),
        sa.Column("assistant_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("input_position", sa.BigInteger(), nullable=True),
        sa.Column(
            "required_action",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column(
            "last_error",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column(
            "usage",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "thread_id"],
            ["threads.organization_id", "threads.id"],
            name=op.f("fk_runs_threads"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_runs")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_runs_thread", "runs", ["organization_id", "thread_id", "created_at"], unique=False
    )
    op.create_index(
        "uq_runs_unfinished_job",
        "runs",
        ["organization_id", "job_id"],
        unique=True,
        sqlite_where=sa.text("status = 'in_progress' AND job_id IS NOT NULL"),
        postgresql_where=sa.text("status = 'in_progress' AND job_id IS NOT NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("ending_survey_submission_id", sa.Text(), nullable=True),
        sa.Column(
            "metadata",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "conversation_id"],
            ["conversations.organization_id", "conversations.id"],
            name=op.f("fk_sessions_conversations"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_sessions_agent",
        "sessions",
        ["organization_id", "agent_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_sessions_contact",
        "sessions",
        ["organization_id", "contact_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_sessions_created_at", "sessions", ["organization_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_sessions_status",
        "sessions",
        ["organization_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "tokens",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "permissions",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_tokens_organizations")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_tokens_secret_hash")),
    )
    op.create_table(
        "messages",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True),
            nullable=False,
        ),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("replied_provider_message_id", sa.Text(), nullable=True),
        sa.Column("delivery_status", sa.Text(), nullable=False),
        sa.Column("delivery_error_code", sa.BigInteger(), nullable=True),
        sa.Column("delivery_error_message", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["sessions.organization_id", "sessions.id"],
            name=op.f("fk_messages_sessions"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_messages")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_messages_replied_provider_message_id",
        "messages",
        ["organization_id", "replied_provider_message_id", "session_id"],
        unique=False,
        sqlite_where=sa.text("replied_provider_message_id IS NOT NULL"),
        postgresql_where=sa.text("replied_provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_position",
        "messages",
        ["organization_id", "session_id", "position"],
        unique=True,
    )
    op.create_index(
        "uq_messages_provider_message_id",
        "messages",
        ["organization_id", "provider_message_id", "session_id"],
        unique=True,
        sqlite_where=sa.text("provider_message_id IS NOT NULL"),
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    )
    op.create_table(
        "run_steps",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "input",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column(
            "output",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column(
            "citations",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column(
            "usage",
            sa.JSON(none_as_null=True),
            nullable=True,
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "run_id"],
            ["runs.organization_id", "runs.id"],
            name=op.f("fk_run_steps_runs"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "run_id", "index", name=op.f("pk_run_steps")),
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "sqlite":
        _only_sqlite()
    else:
        _only_postgres()


def _only_sqlite() -> None:
    op.create_table(
        "session_metadata",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id",
            "path",
            "value",
            "created_at",
            "session_id",
            name=op.f("pk_session_metadata"),
        ),
        sqlite_with_rowid=False,
    )


def _only_postgres() -> None:
    op.execute(
        "CREATE INDEX ix_sessions_metadata ON sessions USING gin"
        " ((jsonb_set('{}', ARRAY[organization_id], metadata::jsonb)) jsonb_path_ops)"
    )
    op.execute("ALTER TABLE events ADD COLUMN insertion bigint GENERATED ALWAYS AS IDENTITY")
    op.execute("CREATE INDEX ix_events_unnumbered ON events (insertion) WHERE position IS NULL")
