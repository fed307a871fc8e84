"""Knowledge: phrasings, the format of an index, calibration, and bases that are deleted.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
    )
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
