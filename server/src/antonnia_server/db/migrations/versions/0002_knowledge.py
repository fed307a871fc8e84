"""Knowledge: phrasings, the format of an index, calibration, and bases that are deleted.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# When this was written, no version had been released, and nobody had a large base.
LOCKS = {
    "knowledge_bases": "while the entries of each base are counted",
    "knowledge_entries": "meanwhile too",
}


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    for column in (
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("entry_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("index_format", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("rebuilt_to", sa.Integer(), nullable=True),
        sa.Column("calibration", json, nullable=True),
    ):
        op.add_column("knowledge_bases", column)
    for name in ("phrasings", "added_phrasings"):
        op.add_column(
            "knowledge_entries", sa.Column(name, json, nullable=False, server_default="[]")
        )
    op.create_table(
        "knowledge_words",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("knowledge_id", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "knowledge_id", "word", name=op.f("pk_knowledge_words")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "UPDATE knowledge_bases SET entry_count = (SELECT count(*) FROM knowledge_entries"
        " WHERE knowledge_entries.organization_id = knowledge_bases.organization_id"
        " AND knowledge_entries.knowledge_id = knowledge_bases.id)"
    )
    if op.get_context().dialect.name == "postgresql":
        _only_postgres()


def _only_postgres() -> None:
    op.create_table(
        "knowledge_lexemes",
        sa.Column("knowledge_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("knowledge_id", "format", "number", name="pk_knowledge_lexemes"),
    )
    op.execute("ALTER TABLE knowledge_lexemes ADD COLUMN lexemes tsvector NOT NULL")
    op.execute("CREATE INDEX ix_knowledge_lexemes ON knowledge_lexemes USING gin (lexemes)")
    op.execute(
        "CREATE TEXT SEARCH DICTIONARY antonnia_stem (TEMPLATE = snowball, LANGUAGE = porter)"
    )
